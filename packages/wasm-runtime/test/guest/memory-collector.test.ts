import { performance } from "node:perf_hooks";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createMemoryCollector } from "../../src/guest/memory-collector.ts";

const MIB = 1024 * 1024;
let nowMs: number;

beforeEach(() => {
  nowMs = 1_000;
  vi.spyOn(performance, "now").mockImplementation(() => nowMs);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** A collector that takes 10 ms each time. */
function collector() {
  let collections = 0;
  let exposed = 0;
  const { released } = createMemoryCollector(() => {
    exposed += 1;
    return () => {
      collections += 1;
      nowMs += 10;
    };
  });
  return { released, collections: () => collections, exposed: () => exposed };
}

describe("what guests leave behind", () => {
  it("is collected when it is 64 MiB, and then anew", () => {
    const { released, collections, exposed } = collector();
    released(64 * MIB - 1);
    expect([collections(), exposed()]).toEqual([0, 0]);
    released(1);
    nowMs += 90;
    released(64 * MIB);

    expect([collections(), exposed()]).toEqual([2, 1]);
  });

  it("is not collected again before nine times as long has passed as that took", () => {
    const { released, collections } = collector();
    released(64 * MIB);
    nowMs += 89;
    released(64 * MIB);
    expect(collections()).toBe(1);
    nowMs += 1;
    released(0);

    expect(collections()).toBe(2);
  });

  it("is collected sooner when it is 256 MiB", () => {
    const { released, collections } = collector();
    released(64 * MIB);
    for (let guest = 0; guest < 3; guest++) released(64 * MIB);
    expect(collections()).toBe(1);
    released(64 * MIB);

    expect(collections()).toBe(2);
  });

  it("is never collected while guests leave no memory", () => {
    const { released, collections } = collector();
    for (let guest = 0; guest < 10_000; guest++) released(0);

    expect(collections()).toBe(0);
  });
});

it("the engine's collector frees what nobody holds", async () => {
  let held: object | null = new ArrayBuffer(MIB);
  const reference = new WeakRef(held);
  await new Promise(setImmediate);
  const { released } = createMemoryCollector();
  released(64 * MIB);
  expect(reference.deref()).toBe(held);
  held = null;
  await new Promise(setImmediate);
  released(256 * MIB);

  expect(reference.deref()).toBeUndefined();
  expect(Reflect.has(globalThis, "gc")).toBe(false);
});
