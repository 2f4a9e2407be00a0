import { FUEL_PER_VIRTUAL_MS } from "@assay/host-interface";
import { describe, expect, it } from "vitest";
import { ERRNO } from "../../../src/guest/wasi/errno.ts";
import { createVirtualClock } from "../../../src/guest/wasi/virtual-clock.ts";
import { LAST, PAGE, wasiHost } from "../../support/wasi-host.ts";

const REALTIME = 0;
const MONOTONIC = 1;
const PROCESS = 2;
const THREAD = 3;
const START_MS = 1_700_000_000_000;
const LAST_NS = 2n ** 64n - 1n;

describe("a virtual clock", () => {
  it("begins where it is told to, and at 0", () => {
    const clock = createVirtualClock(START_MS, () => 0);

    expect(clock.realtimeNs()).toBe(1_700_000_000_000_000_000n);
    expect([clock.monotonicNs(), clock.cpuNs()]).toEqual([0n, 0n]);
  });

  it("moves by the fuel, in whole nanoseconds rounded down", () => {
    let fuel = FUEL_PER_VIRTUAL_MS;
    const clock = createVirtualClock(START_MS, () => fuel);

    expect(clock.monotonicNs()).toBe(1_000_000n);
    fuel += 19;
    expect(clock.monotonicNs()).toBe(1_000_001n);
    expect(clock.realtimeNs()).toBe(1_700_000_000_001_000_001n);
  });

  it("moves by sleeping, but for the time of the processor", () => {
    const clock = createVirtualClock(0, () => 50);
    clock.sleepUntil(1_000n);

    expect([clock.monotonicNs(), clock.realtimeNs(), clock.cpuNs()]).toEqual([1_000n, 1_000n, 5n]);
    clock.sleepUntil(999n);
    expect(clock.monotonicNs()).toBe(1_000n);
  });

  it("stands still where the fuel is less than before", () => {
    let fuel = 1_000;
    const clock = createVirtualClock(0, () => fuel);
    clock.monotonicNs();
    fuel = 10;

    expect([clock.monotonicNs(), clock.cpuNs()]).toEqual([100n, 100n]);
  });

  it("stands still at the last nanosecond that a timestamp can name", () => {
    let fuel = 0;
    const clock = createVirtualClock(START_MS, () => fuel);
    clock.sleepUntil(2n ** 70n);
    expect([clock.monotonicNs(), clock.realtimeNs()]).toEqual([LAST_NS, LAST_NS]);
    fuel = Number.MAX_SAFE_INTEGER;
    clock.sleepUntil(2n ** 70n);

    expect([clock.monotonicNs(), clock.realtimeNs()]).toEqual([LAST_NS, LAST_NS]);
  });
});

describe("clock_time_get", () => {
  it.each([
    { clock: "realtime", id: REALTIME, expected: 1_700_000_000_000_000_007n },
    { clock: "monotonic", id: MONOTONIC, expected: 7n },
    { clock: "the process's time", id: PROCESS, expected: 7n },
    { clock: "the thread's time", id: THREAD, expected: 7n },
  ])("tells $clock in nanoseconds, whatever precision is asked for", ({ id, expected }) => {
    const host = wasiHost({ startTimestampMs: START_MS });
    host.fuel = 70;

    expect(host.call("clock_time_get", id, -1n, 64)).toBe(ERRNO.success);
    expect(host.u64(64)).toBe(expected);
  });
});

describe.each([
  { name: "clock_time_get", args: (id: number, at: number) => [id, 0n, at] },
  { name: "clock_res_get", args: (id: number, at: number) => [id, at] },
] as const)("$name", ({ name, args }) => {
  it.each([4, 1_000, LAST])("knows no clock %i", (id) => {
    expect(wasiHost().call(name, ...args(id, 64))).toBe(ERRNO.inval);
  });

  it("writes 8 bytes inside of the memory, or nothing", () => {
    const host = wasiHost({ startTimestampMs: START_MS });

    expect(host.call(name, ...args(REALTIME, PAGE - 8))).toBe(ERRNO.success);
    host.memory.fill(0);
    for (const at of [PAGE - 7, PAGE, LAST, LAST - 7]) {
      expect(host.call(name, ...args(REALTIME, at))).toBe(ERRNO.fault);
    }
    expect(host.memory.every((byte) => byte === 0)).toBe(true);
  });
});

it.each([REALTIME, MONOTONIC, PROCESS, THREAD])("clock %i shows every nanosecond", (id) => {
  const host = wasiHost();

  expect(host.call("clock_res_get", id, 64)).toBe(ERRNO.success);
  expect(host.u64(64)).toBe(1n);
});

it("sched_yield succeeds", () => {
  expect(wasiHost().call("sched_yield")).toBe(ERRNO.success);
});
