import { describe, expect, it } from "vitest";
import { createMachineCodeCollector, maxLeftCodeBytes } from "../src/machine-code-collector.ts";

function collectorOf(maxBytes: number) {
  let collections = 0;
  const { left } = createMachineCodeCollector(maxBytes, () => () => {
    collections += 1;
  });
  return { left, collections: () => collections };
}

describe("the machine code of modules that were let go", () => {
  it("is collected when it can be so much, and then anew", () => {
    const { left, collections } = collectorOf(100);
    left({ key: "a", bytes: 60 });
    left({ key: "b", bytes: 39 });
    expect(collections()).toBe(0);
    left({ key: "c", bytes: 1 });
    expect(collections()).toBe(1);
    left({ key: "a", bytes: 99 });

    expect(collections()).toBe(1);
  });

  it("counts once for all guests of a module", () => {
    const { left, collections } = collectorOf(100);
    for (let guest = 0; guest < 1_000; guest++) left({ key: "a", bytes: 99 });

    expect(collections()).toBe(0);
  });

  it("may be half as much as is cached, but not too little to be worth it", () => {
    expect(maxLeftCodeBytes(2 ** 30)).toBe(2 ** 29);
    expect(maxLeftCodeBytes(0)).toBe(2 ** 25);
  });
});
