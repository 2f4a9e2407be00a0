import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createWaitingLine, type WaitingLine } from "../src/waiting-line.ts";

function served<T>(line: WaitingLine<T>): T[] {
  const order: T[] = [];
  for (let next = line.first(); next !== null; next = line.first()) {
    order.push(next);
    line.remove(next);
  }
  return order;
}

describe("a waiting line", () => {
  it("serves the highest priority first, and equals in the order in which they came, for any who wait", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -3, max: 3 })), (priorities) => {
        const line = createWaitingLine<{ priority: number; arrival: number }>();
        const waiting = priorities.map((priority, arrival) => ({ priority, arrival }));
        for (const each of waiting) line.add(each, each.priority);

        expect(line.length).toBe(waiting.length);
        expect(served(line)).toEqual(
          waiting.toSorted((a, b) => b.priority - a.priority || a.arrival - b.arrival),
        );
        expect(line.length).toBe(0);
      }),
    );
  });

  it("is left by one of them without moving the others", () => {
    const line = createWaitingLine<string>();
    for (const name of ["a", "b", "c"]) line.add(name, 0);
    line.remove("b");
    line.remove("b");

    expect(served(line)).toEqual(["a", "c"]);
  });

  it("has nobody first when it is empty", () => {
    expect(createWaitingLine().first()).toBeNull();
  });
});
