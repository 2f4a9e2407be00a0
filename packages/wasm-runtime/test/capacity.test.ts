import { describe, expect, it } from "vitest";
import {
  createCapacity,
  MAX_GUESTS_PER_PROCESS,
  MAX_MACHINE_CODE_BYTES_PER_PROCESS,
  type Share,
} from "../src/capacity.ts";

const share = (memoryBytes: number): Share => ({ memoryBytes, code: null });
const running = (key: string, bytes: number): Share => ({ memoryBytes: 0, code: { key, bytes } });

describe("the memory of a runtime's guests", () => {
  it("is what all of them may have together, to the byte", () => {
    const capacity = createCapacity(100);
    capacity.take(share(60));

    expect(capacity.fits(share(40))).toBe(true);
    expect(capacity.fits(share(41))).toBe(false);
    capacity.give(share(60));
  });

  it("is no obstacle to a guest that is alone", () => {
    const capacity = createCapacity(0);
    expect(capacity.fits(share(1))).toBe(true);
    capacity.take(share(1));

    expect(capacity.fits(share(0))).toBe(false);
    capacity.give(share(1));
    expect(capacity.fits(share(1))).toBe(true);
  });

  it("is no concern of another runtime's", () => {
    const [one, other] = [createCapacity(10), createCapacity(10)];
    one.take(share(10));

    expect(one.fits(share(1))).toBe(false);
    expect(other.fits(share(10))).toBe(true);
    one.give(share(10));
  });
});

describe("the number of guests in the process", () => {
  it("is bounded over all runtimes, and a place that one gives back is another's", () => {
    const [one, other] = [createCapacity(1), createCapacity(1)];
    const asked: boolean[] = [];
    const forget = other.onFreed(() => asked.push(other.fits(share(0))));
    for (let guest = 0; guest < MAX_GUESTS_PER_PROCESS; guest++) one.take(share(0));

    expect(other.fits(share(0))).toBe(false);
    one.give(share(0));
    expect(asked).toEqual([true]);
    forget();
    for (let guest = 1; guest < MAX_GUESTS_PER_PROCESS; guest++) one.give(share(0));
    expect(asked).toEqual([true]);
  });

  it("is asked for in turn: nobody gets only what others leave", () => {
    const capacity = createCapacity(1);
    const asked: string[] = [];
    const forgets = ["a", "b", "c"].map((name) => capacity.onFreed(() => asked.push(name)));
    for (let round = 0; round < 3; round++) {
      capacity.take(share(0));
      capacity.give(share(0));
    }

    expect(asked).toEqual(["a", "b", "c", "b", "c", "a", "c", "a", "b"]);
    for (const forget of forgets) forget();
  });
});

describe("the machine code of the modules that guests of a process run", () => {
  const most = MAX_MACHINE_CODE_BYTES_PER_PROCESS;

  it("is bounded over all runtimes, to the byte", () => {
    const [one, other] = [createCapacity(1), createCapacity(1)];
    one.take(running("a", 100));

    expect(other.fits(running("b", most - 100))).toBe(true);
    expect(other.fits(running("b", most - 99))).toBe(false);
    expect(other.fits(share(0))).toBe(true);
    one.give(running("a", 100));
    expect(other.fits(running("b", most - 99))).toBe(true);
  });

  it("counts once for all guests of a module, until the last of them is gone", () => {
    const capacity = createCapacity(1);
    const big = running("a", most);
    capacity.take(big);
    capacity.take(big);

    expect(capacity.fits(big)).toBe(true);
    capacity.give(big);
    expect(capacity.fits(running("b", 1))).toBe(false);
    capacity.give(big);
    expect(capacity.fits(running("b", 1))).toBe(true);
  });

  it("is no obstacle to a module that is alone", () => {
    expect(createCapacity(1).fits(running("a", most + 1))).toBe(true);
  });
});
