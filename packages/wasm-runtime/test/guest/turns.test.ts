import { performance } from "node:perf_hooks";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
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

describe("a guest that was woken", () => {
  let nowMs = 0;
  /** How long each guest had turns in all. */
  let tookMs: Map<string, number>;
  let order: string[];
  beforeEach(() => {
    nowMs = 0;
    tookMs = new Map();
    order = [];
    vi.spyOn(performance, "now").mockImplementation(() => nowMs);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** A turn of so many milliseconds. */
  function work(name: string, ms: number): void {
    nowMs += ms;
    tookMs.set(name, (tookMs.get(name) ?? 0) + ms);
    order.push(name);
  }

  /** Computes for whole turns. */
  async function spin(name: string, turns: number): Promise<void> {
    const own = turnsOf(name);
    for (let turn = 0; turn < turns; turn++) {
      await own.yield();
      work(name, 1);
    }
    own.finish();
  }

  /** Computes for `ms`, and then asks its host, which answers at once. */
  async function ask(name: string, times: number, ms: number): Promise<void> {
    const own = turnsOf(name);
    await own.begin();
    for (let time = 0; time < times; time++) {
      work(name, ms);
      const answered = own.sleep();
      own.wake();
      await answered;
    }
    own.finish();
  }

  const spinners = (count: number, turns: number) =>
    Array.from({ length: count }, (_, index) => spin(`s${index}`, turns));

  it("does not wait for all those that have used up their turns", async () => {
    await Promise.all([...spinners(50, 4), ask("a", 10, 0.01)]);
    const last = order.lastIndexOf("a");

    expect(order.slice(0, last).filter((name) => name !== "a").length).toBeLessThanOrEqual(12);
  });

  it("gets no more than three times its share by falling asleep before its turns end", async () => {
    const others = spinners(10, 100);
    const asking = ask("a", 2_000, 0.99);
    await Promise.all(others);
    const [share, took] = [nowMs / 11, tookMs.get("a") ?? 0];
    await asking;

    expect(took).toBeLessThanOrEqual(3 * share);
    expect(took).toBeGreaterThanOrEqual(0.9 * share);
  });

  it("keeps nobody waiting for ever", async () => {
    const askers = Array.from({ length: 20 }, (_, index) => ask(`a${index}`, 1_000, 0.01));
    await spin("s", 50);
    const tookAllMs = nowMs;
    await Promise.all(askers);

    // A millisecond of its own, three of those who were woken.
    expect(tookAllMs).toBeLessThanOrEqual(50 * 4 + 25);
  });
});
