import { performance } from "node:perf_hooks";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Shard } from "../src/shard.ts";
import type { ThreadProgress } from "../src/thread.ts";
import { createWatchdog } from "../src/watchdog.ts";

const MAX_STALL_MS = 800;
const LOOK_MS = 100;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A watched thread that is in turn 1 of guest 7, until the test says otherwise. */
function watched() {
  let progress: ThreadProgress | null = { heartbeat: 1, running: 7, phase: "call", memoryBytes: 65_536 };
  const shard = { progress: () => progress } as Shard;
  const stalled: (ThreadProgress | null)[] = [];
  const watchdog = createWatchdog(MAX_STALL_MS, (each, seen) => {
    expect(each).toBe(shard);
    stalled.push(seen);
    watchdog.forget(shard);
  });
  watchdog.watch(shard);
  return {
    watchdog,
    shard,
    stalled,
    does(next: Partial<ThreadProgress> | null) {
      progress = next === null || progress === null ? null : { ...progress, ...next };
    },
  };
}

describe("a thread in one turn of one guest", () => {
  it("is reported after eight looks, with what it did then, and not before", () => {
    const { stalled } = watched();
    vi.advanceTimersByTime(MAX_STALL_MS - 1);
    expect(stalled).toEqual([]);
    vi.advanceTimersByTime(1);

    expect(stalled).toEqual([{ heartbeat: 1, running: 7, phase: "call", memoryBytes: 65_536 }]);
  });

  it("starts anew with its next turn", () => {
    const { stalled, does } = watched();
    for (let turn = 2; turn < 20; turn++) {
      vi.advanceTimersByTime(MAX_STALL_MS - LOOK_MS);
      does({ heartbeat: turn });
    }

    expect(stalled).toEqual([]);
  });

  it("is not reported once it is forgotten", () => {
    const { watchdog, shard, stalled } = watched();
    vi.advanceTimersByTime(MAX_STALL_MS - LOOK_MS);
    watchdog.forget(shard);
    vi.advanceTimersByTime(10 * MAX_STALL_MS);

    expect(stalled).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is not to blame for a calling thread that looked at nothing for an hour", () => {
    const { stalled } = watched();
    vi.advanceTimersByTime(7 * LOOK_MS);
    // Timers wait for who is busy, and then one of them fires, late.
    const late = performance.now() + 3_600_000;
    const clock = vi.spyOn(performance, "now").mockReturnValue(late);
    vi.advanceTimersByTime(LOOK_MS);
    expect(stalled).toEqual([]);

    clock.mockReturnValue(late + LOOK_MS);
    vi.advanceTimersByTime(LOOK_MS);
    clock.mockRestore();
    expect(stalled).toHaveLength(1);
  });
});

describe("a thread whose turn is nobody's", () => {
  it.each([{ running: 0 }, null])("is never reported: %j", (progress) => {
    const { stalled, does } = watched();
    does(progress);
    vi.advanceTimersByTime(10 * MAX_STALL_MS);

    expect(stalled).toEqual([]);
  });
});

it("several threads are looked at by one timer, which ends with the last of them", () => {
  const { watchdog, shard } = watched();
  const other = { progress: () => null } as Shard;
  watchdog.watch(other);
  expect(vi.getTimerCount()).toBe(1);
  watchdog.forget(shard);
  expect(vi.getTimerCount()).toBe(1);
  watchdog.forget(other);

  expect(vi.getTimerCount()).toBe(0);
});
