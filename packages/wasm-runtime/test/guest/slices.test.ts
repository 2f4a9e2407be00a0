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
  it.each([0.5, 2, 500])("of %s ms becomes the fuel that the guest burns in it", (ms) => {
    const slices = createSlices({ ms });
    burn(slices, 60, 9_000_000, 3);

    expect(slices.fuel()).toBe(ms * 3_000_000);
  });

  it("is short before anything was measured", () => {
    expect(createSlices({ ms: 1 }).fuel()).toBe(1_000_000);
  });

  it("shrinks at once for a guest that was slow, and grows by a tenth with each turn that was fast", () => {
    const slices = createSlices({ ms: 1 });
    burn(slices, 1, 100_000, 1);
    expect(slices.fuel()).toBe(100_000);
    burn(slices, 1, 30_000_000, 1);
    expect(slices.fuel()).toBe(110_000);
    burn(slices, 1, 30_000_000, 1);

    expect(slices.fuel()).toBe(121_000);
  });

  it("does not become long for a guest that burns fuel on nothing", () => {
    const slices = createSlices({ ms: 1 });
    burn(slices, 1_000, Number.MAX_SAFE_INTEGER, 1);

    expect(slices.fuel()).toBe(40_000_000);
  });

  it("is never shorter than 10 000, and grows again from there", () => {
    const slices = createSlices({ ms: 1 });
    burn(slices, 1, 0, 1);
    burn(slices, 1, 1, 5_000);
    expect(slices.fuel()).toBe(10_000);
    // Fast enough for the shortest of turns to be too short to be measured.
    for (let turn = 0; turn < 200; turn++) burn(slices, 1, slices.fuel(), slices.fuel() / 9_000_000);

    expect(slices.fuel()).toBe(9_000_000);
  });

  it("is not made shorter by turns that end at once", () => {
    const slices = createSlices({ ms: 1 });
    burn(slices, 100, 10, 0.001);

    expect(slices.fuel()).toBe(1_000_000);
  });
});

describe("a turn whose fuel was used up early", () => {
  it("goes on until half of it is over, and what is measured in it counts", () => {
    const slices = createSlices({ ms: 1 });
    slices.begin(0);
    nowMs += 0.1;
    expect(slices.renew(1_000_000)).toBe(true);
    expect(slices.fuel()).toBe(1_100_000);
    nowMs += 0.3;
    expect(slices.renew(2_000_000)).toBe(true);
    nowMs += 0.1;
    expect(slices.renew(3_000_000)).toBe(false);
    slices.end(3_000_000);

    expect(slices.count).toBe(1);
    expect(slices.cpuTimeMs).toBeCloseTo(0.5);
  });

  it("makes the next one longer by no more than a tenth, however much fuel is burnt on nothing in it", () => {
    const slices = createSlices({ ms: 1 });
    slices.begin(0);
    let fuelUsed = 0;
    for (let renewals = 0; renewals < 200; renewals++) {
      fuelUsed += slices.fuel();
      nowMs += 0.001;
      expect(slices.renew(fuelUsed)).toBe(true);
    }
    slices.end(fuelUsed);
    expect(slices.fuel()).toBe(1_100_000);
    // What was slow once in a turn does not become fast again in it, either.
    slices.begin(0);
    nowMs += 0.1;
    slices.renew(10_000);
    nowMs += 0.001;
    slices.renew(30_000_000);
    slices.end(60_000_000);

    expect(slices.fuel()).toBe(110_000);
  });

  it("is over where its length was said in fuel", () => {
    const slices = createSlices({ fuel: 1_000 });
    slices.begin(0);

    expect(slices.renew(1_000)).toBe(false);
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
