import { describe, expect, it } from "vitest";
import { createCapacity, MAX_GUESTS_PER_PROCESS } from "../src/capacity.ts";

describe("the memory of a runtime's guests", () => {
  it("is what all of them may have together, to the byte", () => {
    const capacity = createCapacity(100);
    capacity.take(60);

    expect(capacity.fits(40)).toBe(true);
    expect(capacity.fits(41)).toBe(false);
    capacity.give(60);
  });

  it("is no obstacle to a guest that is alone", () => {
    const capacity = createCapacity(0);
    expect(capacity.fits(1)).toBe(true);
    capacity.take(1);

    expect(capacity.fits(0)).toBe(false);
    capacity.give(1);
    expect(capacity.fits(1)).toBe(true);
  });

  it("is no concern of another runtime's", () => {
    const [one, other] = [createCapacity(10), createCapacity(10)];
    one.take(10);

    expect(one.fits(1)).toBe(false);
    expect(other.fits(10)).toBe(true);
    one.give(10);
  });
});

describe("the number of guests in the process", () => {
  it("is bounded over all runtimes, and a place that one gives back is another's", () => {
    const [one, other] = [createCapacity(1), createCapacity(1)];
    const asked: boolean[] = [];
    const forget = other.onFreed(() => asked.push(other.fits(0)));
    for (let guest = 0; guest < MAX_GUESTS_PER_PROCESS; guest++) one.take(0);

    expect(other.fits(0)).toBe(false);
    one.give(0);
    expect(asked).toEqual([true]);
    forget();
    for (let guest = 1; guest < MAX_GUESTS_PER_PROCESS; guest++) one.give(0);
    expect(asked).toEqual([true]);
  });

  it("is asked for in turn: nobody gets only what others leave", () => {
    const capacity = createCapacity(1);
    const asked: string[] = [];
    const forgets = ["a", "b", "c"].map((name) => capacity.onFreed(() => asked.push(name)));
    for (let round = 0; round < 3; round++) {
      capacity.take(0);
      capacity.give(0);
    }

    expect(asked).toEqual(["a", "b", "c", "b", "c", "a", "c", "a", "b"]);
    for (const forget of forgets) forget();
  });
});
