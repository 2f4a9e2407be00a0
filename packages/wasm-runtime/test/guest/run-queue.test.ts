import { performance } from "node:perf_hooks";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createRunQueue, type Runnable } from "../../src/guest/run-queue.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setImmediate", "clearImmediate"] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A queue, those who run on it, and what happened to whom. */
function queueOf(...names: string[]) {
  const queue = createRunQueue();
  const happened: string[] = [];
  const runnables = names.map(
    (name): Runnable => ({
      enter: () => happened.push(`${name} enters`),
      leave: () => happened.push(`${name} leaves`),
    }),
  );
  const enqueue = (index: number) => {
    const runnable = runnables[index] as Runnable;
    queue.enqueue(runnable, () => happened.push(`${names[index]} runs`));
  };
  return { queue, happened, runnables: runnables as [Runnable, Runnable, Runnable], enqueue };
}

/** Stops the clock, until the returned function sets it. */
function clockAt(ms: number): (ms: number) => void {
  const now = vi.spyOn(performance, "now").mockReturnValue(ms);
  return (next) => now.mockReturnValue(next);
}

describe("turns", () => {
  it("are taken in the order in which they were asked for, one at a time", () => {
    clockAt(0);
    const { queue, happened, runnables, enqueue } = queueOf("a", "b");
    enqueue(0);
    enqueue(1);
    expect(happened).toEqual([]);
    vi.runAllTimers();
    expect(happened).toEqual(["a enters", "a runs"]);
    queue.yieldThread(runnables[0]);

    expect(happened).toEqual(["a enters", "a runs", "a leaves", "b enters", "b runs"]);
  });

  it("go round: who asks again waits for all others", () => {
    clockAt(0);
    const { queue, happened, runnables, enqueue } = queueOf("a", "b", "c");
    for (const index of [0, 1, 2]) enqueue(index);
    vi.runAllTimers();
    for (const index of [0, 1, 2, 0, 1] as const) {
      enqueue(index);
      queue.yieldThread(runnables[index]);
    }

    expect(happened.filter((each) => each.endsWith("runs"))).toEqual([
      ...["a runs", "b runs", "c runs"],
      ...["a runs", "b runs", "c runs"],
    ]);
  });

  it("follow each other at once for a millisecond, and then let the event loop go round, but for what the guest still says of its turn", async () => {
    const setClock = clockAt(0);
    const { queue, happened, runnables, enqueue } = queueOf("a", "b", "c");
    for (const index of [0, 1, 2]) enqueue(index);
    vi.runAllTimers();
    setClock(0.9);
    queue.yieldThread(runnables[0]);
    expect(happened).toContain("b runs");
    setClock(1);
    queue.yieldThread(runnables[1]);
    expect(happened.at(-1)).toBe("b leaves");
    expect(vi.getTimerCount()).toBe(0);
    await null;
    expect(vi.getTimerCount()).toBe(1);
    vi.runAllTimers();

    expect(happened.at(-1)).toBe("c runs");
  });

  it("begin again when somebody asks after all have gone", () => {
    const { queue, happened, runnables, enqueue } = queueOf("a");
    enqueue(0);
    vi.runAllTimers();
    queue.yieldThread(runnables[0]);
    expect(vi.getTimerCount()).toBe(0);
    enqueue(0);
    vi.runAllTimers();

    expect(happened).toEqual(["a enters", "a runs", "a leaves", "a enters", "a runs"]);
  });

  it("are ended only by whose they are", () => {
    const { queue, happened, runnables, enqueue } = queueOf("a", "b");
    enqueue(0);
    enqueue(1);
    vi.runAllTimers();
    queue.yieldThread(runnables[1]);
    expect(happened).toEqual(["a enters", "a runs"]);
    queue.yieldThread(runnables[0]);
    queue.yieldThread(runnables[0]);
    vi.runAllTimers();

    expect(happened).toEqual(["a enters", "a runs", "a leaves", "b enters", "b runs"]);
  });

  it("are not given to who was removed", () => {
    const { queue, happened, runnables, enqueue } = queueOf("a", "b");
    enqueue(0);
    enqueue(1);
    queue.remove(runnables[0]);
    queue.remove(runnables[2]);
    vi.runAllTimers();

    expect(happened).toEqual(["b enters", "b runs"]);
  });

  it("of nobody: all were removed, and the next one who comes is served", () => {
    const { queue, happened, runnables, enqueue } = queueOf("a", "b");
    enqueue(0);
    queue.remove(runnables[0]);
    vi.runAllTimers();
    expect(happened).toEqual([]);
    enqueue(1);
    vi.runAllTimers();

    expect(happened).toEqual(["b enters", "b runs"]);
  });

  it.each([
    { waiting: 5, enqueuedAgain: "during the turn" },
    { waiting: 1, enqueuedAgain: "after the turn" },
  ])(
    "are the waiting's for a quarter of the time while others are woken: $waiting, $enqueuedAgain",
    async ({ waiting, enqueuedAgain }) => {
      vi.useRealTimers();
      const setClock = clockAt(0);
      const queue = createRunQueue();
      const tookMs = { waiting: 0, woken: 0 };
      const { promise: over, resolve: end } = Promise.withResolvers<void>();
      let turns = 0;
      const add = (lane: "waiting" | "woken", ms: number) => {
        const runnable = { enter() {}, leave() {} };
        const turn = () => {
          turns += 1;
          tookMs[lane] += ms;
          setClock(tookMs.waiting + tookMs.woken);
          const again = () => (turns < 3_000 ? queue.enqueue(runnable, turn, lane) : end());
          if (enqueuedAgain === "during the turn") again();
          queueMicrotask(() => {
            queue.yieldThread(runnable);
            if (enqueuedAgain === "after the turn") again();
          });
        };
        queue.enqueue(runnable, turn, lane);
      };
      for (let guest = 0; guest < waiting; guest++) add("waiting", 1);
      for (let guest = 0; guest < 20; guest++) add("woken", 0.1);
      await over;

      expect(tookMs.waiting / (tookMs.waiting + tookMs.woken)).toBeCloseTo(0.25, 1);
    },
  );
});
