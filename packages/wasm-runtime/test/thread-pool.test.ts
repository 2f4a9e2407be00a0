import { describe, expect, it } from "vitest";
import type { GuestThread } from "../src/thread.ts";
import { createThreadPool } from "../src/thread-pool.ts";
import { rejectionOf } from "./support/refusal.ts";

/** A pool whose threads are only counted: `started` and `ended` hold their numbers. */
function countingPool({ maxThreads = 2, idleThreads = 1, failing = false } = {}) {
  const started: number[] = [];
  const ended: number[] = [];
  const closing = new AbortController();
  const start = async (): Promise<GuestThread> => {
    const number = started.push(started.length + 1);
    if (failing) throw new Error("no threads left");
    let alive = true;
    return {
      phase: "call",
      memoryBytes: 0,
      get alive() {
        return alive;
      },
      reset() {},
      listen() {},
      send() {},
      answerSync() {},
      setBusy() {},
      async terminate() {
        alive = false;
        ended.push(number);
      },
    };
  };
  const pool = createThreadPool({ maxThreads, idleThreads, start, closing: closing.signal });
  const never = new AbortController().signal;
  const acquire = async (signal = never): Promise<GuestThread> => {
    const thread = await pool.acquire(signal);
    if (thread === null) throw new Error("cancelled");
    return thread;
  };
  return { pool, acquire, started, ended, closing };
}

describe("a thread pool", () => {
  it("starts nothing before somebody needs a thread", () => {
    expect(countingPool().started).toEqual([]);
  });

  it("gives a thread that was given back to the next caller", async () => {
    const { pool, acquire, started } = countingPool();
    const first = await acquire();
    await pool.release(first);

    expect(await acquire()).toBe(first);
    expect(started).toEqual([1]);
  });

  it("keeps only as many as it is told", async () => {
    const { pool, acquire, ended } = countingPool({ maxThreads: 3, idleThreads: 1 });
    const threads = [await acquire(), await acquire(), await acquire()];
    for (const thread of threads) await pool.release(thread);

    expect(pool.counts()).toEqual({ busy: 0, idle: 1, waiting: 0 });
    expect(ended).toEqual([2, 3]);
  });

  it("never gives a retired thread again, and has another one ready", async () => {
    const { pool, acquire, started, ended } = countingPool();
    const first = await acquire();
    await pool.retire(first);

    expect(ended).toEqual([1]);
    expect(pool.counts()).toEqual({ busy: 0, idle: 1, waiting: 0 });
    expect(await acquire()).not.toBe(first);
    expect(started).toEqual([1, 2]);
  });

  it("never gives a thread that has died while it was idle", async () => {
    const { pool, acquire } = countingPool();
    const first = await acquire();
    await pool.release(first);
    await first.terminate();

    expect(await acquire()).not.toBe(first);
  });

  it("serves those who wait in their order, also before somebody who comes later", async () => {
    const { pool, acquire } = countingPool({ maxThreads: 1 });
    const first = await acquire();
    const served: string[] = [];
    const turn = async (name: string) => {
      const thread = await acquire();
      served.push(name);
      await pool.release(thread);
    };
    const turns = ["a", "b", "c"].map(turn);
    expect(pool.counts()).toEqual({ busy: 1, idle: 0, waiting: 3 });
    await pool.release(first);
    turns.push(turn("late"));
    await Promise.all(turns);

    expect(served).toEqual(["a", "b", "c", "late"]);
  });

  it("lets somebody who waits give up, and takes no turn from the others", async () => {
    const { pool, acquire } = countingPool({ maxThreads: 1 });
    const first = await acquire();
    const impatient = new AbortController();
    const given = pool.acquire(impatient.signal);
    const patient = acquire();
    impatient.abort();

    expect(await given).toBeNull();
    await pool.release(first);
    expect(await patient).toBe(first);
    expect(await pool.acquire(AbortSignal.abort())).toBeNull();
  });

  it("tells a caller why no thread could be started, and lets the next one try", async () => {
    const { pool, acquire, started } = countingPool({ maxThreads: 1, failing: true });

    await expect(acquire()).rejects.toThrow("no threads left");
    await expect(acquire()).rejects.toThrow("no threads left");
    expect(started).toEqual([1, 2]);
    expect(pool.counts()).toEqual({ busy: 0, idle: 0, waiting: 0 });
  });

  it("is drained when everybody has given back, and then gives nothing", async () => {
    const { pool, acquire, ended, closing } = countingPool();
    const [busy, idle] = [await acquire(), await acquire()];
    await pool.release(idle);
    const events: string[] = [];
    closing.abort();
    const drained = pool.drain().then(() => events.push("drained"));
    await new Promise(setImmediate);
    events.push("released");
    await pool.release(busy);
    await drained;

    expect(events).toEqual(["released", "drained"]);
    expect(ended).toEqual([2, 1]);
    expect(await rejectionOf(acquire())).toEqual({ code: "RUNTIME_CLOSED" });
  });
});
