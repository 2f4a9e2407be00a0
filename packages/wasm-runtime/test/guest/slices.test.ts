import { performance } from "node:perf_hooks";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createSlices, type Slices } from "../../src/guest/slices.ts";

let nowMs: number;

beforeEach(() => {
  nowMs = 1_000;
  vi.spyOn(performance, "now").mockImplementation(() => nowMs);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Turns of so much fuel in so many milliseconds each. */
function burn(slices: Slices, turns: number, fuel: number, ms: number): void {
  for (let turn = 0; turn < turns; turn++) {
    slices.begin(0);
    nowMs += ms;
    slices.end(fuel);
  }
}

describe("a slice of fuel", () => {
  it("is what was asked for, to the unit, however fast the guest is", () => {
    const slices = createSlices({ fuel: 1_234 });
    burn(slices, 20, 1, 50);

    expect(slices.fuel()).toBe(1_234);
  });
});

describe("a slice of time", () => {
  it("becomes the fuel that the guest burns in it", () => {
    const slices = createSlices({ ms: 2 });
    burn(slices, 40, 9_000_000, 3);

    expect(slices.fuel()).toBe(6_000_000);
  });

  it.each([
    { name: "longer for a guest that burns much", fuel: Number.MAX_SAFE_INTEGER, expected: 100_000_000 },
    { name: "shorter for one that burns nothing", fuel: 0, expected: 10_000 },
  ])("is never $name than it may be", ({ fuel, expected }) => {
    const slices = createSlices({ ms: 1 });
    burn(slices, 60, fuel, 1);

    expect(slices.fuel()).toBe(expected);
  });

  it("is not measured by turns too short to say anything", () => {
    const slices = createSlices({ ms: 1 });
    const before = slices.fuel();
    burn(slices, 100, 1_000_000, 0.04);

    expect(slices.fuel()).toBe(before);
  });

  it("is short before anything was measured", () => {
    expect(createSlices({ ms: 1 }).fuel()).toBe(1_000_000);
  });
});

describe("what the turns of a call took", () => {
  it("is their number and their time, without what lay between them", () => {
    const slices = createSlices({ ms: 1 });
    burn(slices, 3, 1, 2);
    nowMs += 1_000;
    burn(slices, 1, 1, 0.5);

    expect([slices.count, slices.cpuTimeMs]).toEqual([4, 6.5]);
  });

  it("is counted anew for the next call, which keeps what was measured", () => {
    const slices = createSlices({ ms: 1 });
    burn(slices, 40, 5_000_000, 1);
    slices.reset();

    expect([slices.count, slices.cpuTimeMs, slices.fuel()]).toEqual([0, 0, 5_000_000]);
  });
});
