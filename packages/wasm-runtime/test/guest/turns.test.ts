import { beforeEach, describe, expect, it } from "vitest";
import { createRunQueue } from "../../src/guest/run-queue.ts";
import { createTurns, type Turns } from "../../src/guest/turns.ts";

const TRAP = new Error("trap");
/** Lets every turn begin that can. */
const settled = async () => {
  for (let round = 0; round < 3; round++) await new Promise((resolve) => setImmediate(resolve));
};

let turnsOf: (name: string) => Turns;
let happened: string[];

beforeEach(() => {
  const queue = createRunQueue();
  happened = [];
  turnsOf = (name) =>
    createTurns(queue, {
      enter: () => happened.push(`${name} enters`),
      leave: () => happened.push(`${name} leaves`),
    });
});

describe("a guest that yields", () => {
  it("goes on when it is its turn, after those who waited longer", async () => {
    const [a, b] = [turnsOf("a"), turnsOf("b")];
    const order: string[] = [];
    const guest = async (name: string, turns: Turns) => {
      for (let turn = 1; turn <= 2; turn++) {
        await turns.yield();
        order.push(`${name}${turn}`);
      }
      turns.finish();
    };
    await Promise.all([guest("a", a), guest("b", b)]);

    expect(order).toEqual(["a1", "b1", "a2", "b2"]);
  });

  it("and is stopped has no other turn: what it waits for rejects", async () => {
    const a = turnsOf("a");
    const turn = a.yield();
    a.stop(TRAP);

    await expect(turn).rejects.toBe(TRAP);
    await settled();
    expect(happened).toEqual([]);
  });
});

describe("a guest that sleeps", () => {
  it("takes no turn before it is woken, and keeps nobody from theirs", async () => {
    const [a, b] = [turnsOf("a"), turnsOf("b")];
    await a.yield();
    const woken = a.sleep();
    await b.yield();
    b.finish();
    expect(happened).toEqual(["a enters", "a leaves", "b enters", "b leaves"]);
    a.wake();
    await woken;

    expect(happened.slice(4)).toEqual(["a enters"]);
  });

  it.each([
    { name: "before it is woken", wake: [false, true] },
    { name: "between being woken and its turn", wake: [true, false] },
    { name: "and is woken again and again", wake: [true, true] },
  ])("and is stopped $name ends without a turn, and the thread goes on", async ({ wake }) => {
    const [a, b] = [turnsOf("a"), turnsOf("b")];
    await a.yield();
    const woken = a.sleep();
    if (wake[0]) a.wake();
    a.stop(TRAP);
    if (wake[1]) a.wake();

    await expect(woken).rejects.toBe(TRAP);
    a.stop(TRAP);
    await b.yield();
    expect(happened).toEqual(["a enters", "a leaves", "b enters"]);
  });
});

describe("a guest that has finished", () => {
  it("leaves its turn once, whatever it is told afterwards", async () => {
    const [a, b] = [turnsOf("a"), turnsOf("b")];
    await a.yield();
    a.finish();
    a.finish();
    a.wake();
    a.stop(TRAP);
    await b.yield();

    expect(happened).toEqual(["a enters", "a leaves", "b enters"]);
  });

  it("may begin again", async () => {
    const a = turnsOf("a");
    await a.yield();
    a.finish();
    await a.yield();

    expect(happened).toEqual(["a enters", "a leaves", "a enters"]);
  });
});
