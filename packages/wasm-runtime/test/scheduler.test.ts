import { describe, expect, it } from "vitest";
import { createCapacity } from "../src/capacity.ts";
import { WasmRuntimeError } from "../src/errors.ts";
import { type Admission, createScheduler, type SchedulerOptions } from "../src/scheduler.ts";
import type { GuestThread } from "../src/thread.ts";
import { immortalThread, type ScriptedThread, scriptedThread } from "./support/threads.ts";

const GUEST: Admission = { priority: 0, moduleBytes: 1, memoryBytes: 0, code: null };
const NOBODY = { busy: 0, idle: 0, guests: 0, waiting: 0 };
const never = new AbortController().signal;
const unstartable = new WasmRuntimeError({ code: "THREAD_FAILED", detail: "it could not be created" });

/** A scheduler on scripted threads, which are kept in `threads` in the order in which they were started. */
function scheduled(
  options: Partial<SchedulerOptions> = {},
  start: () => ScriptedThread | Promise<ScriptedThread> = scriptedThread,
) {
  const threads: ScriptedThread[] = [];
  let starts = 0;
  const scheduler = createScheduler({
    maxThreads: 1,
    guestsPerThread: 1,
    idleThreads: 0,
    maxQueued: 10,
    maxModuleBytesPerThread: 100,
    maxStallMs: 1_000,
    capacity: null,
    ...options,
    start: async () => {
      starts += 1;
      const thread = await start();
      threads.push(thread);
      return thread;
    },
  });
  const admit = (admission: Partial<Admission> = {}, signal = never) =>
    scheduler.admit({ ...GUEST, ...admission }, signal);
  const seat = async (admission: Partial<Admission> = {}) => {
    const admitted = await admit(admission);
    if (admitted === null) throw new Error("no seat");
    return admitted;
  };
  return { scheduler, threads, admit, seat, starts: () => starts };
}

/** Lets everything go on that waits for nothing. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("a guest", () => {
  it("gets a thread of its own while there may be more of them, and then the one with the fewest", async () => {
    const { scheduler, threads, seat } = scheduled({ maxThreads: 2, guestsPerThread: 2 });
    const first = await seat();
    await seat();
    expect(threads).toHaveLength(2);
    await seat();
    await first.leave();
    await Promise.all([seat(), seat()]);

    expect(scheduler.counts()).toEqual({ busy: 2, idle: 0, guests: 4, waiting: 0 });
  });

  it("waits while every thread has as many as it may, and takes the next place", async () => {
    const { scheduler, admit, seat } = scheduled();
    const first = await seat();
    const second = admit();
    await settled();
    expect(scheduler.counts()).toEqual({ busy: 1, idle: 0, guests: 1, waiting: 1 });
    await first.leave();

    expect(await second).not.toBeNull();
    expect(scheduler.counts()).toEqual({ busy: 1, idle: 0, guests: 1, waiting: 0 });
  });

  it("waits where its module is too much for the thread with the others', but not where it is alone", async () => {
    const { scheduler, admit, seat } = scheduled({ guestsPerThread: 3 });
    const small = await seat({ moduleBytes: 60 });
    const large = admit({ moduleBytes: 41 });
    await settled();
    expect(scheduler.counts()).toMatchObject({ guests: 1, waiting: 1 });
    await small.leave();
    const admitted = await large;
    await admitted?.leave();

    expect(await admit({ moduleBytes: 1_000 })).not.toBeNull();
  });

  it("is not overtaken by one that needs less", async () => {
    const { scheduler, admit, seat } = scheduled({ guestsPerThread: 9, capacity: createCapacity(100) });
    const first = await seat({ memoryBytes: 60 });
    const order: string[] = [];
    const large = admit({ memoryBytes: 80 }).then(() => order.push("large"));
    const small = admit({ memoryBytes: 10 }).then(() => order.push("small"));
    await settled();
    expect(scheduler.counts()).toMatchObject({ guests: 1, waiting: 2 });
    await first.leave();
    await Promise.all([large, small]);

    expect(order).toEqual(["large", "small"]);
    await scheduler.close();
  });

  it("of a higher priority goes before those that waited longer", async () => {
    const { admit, seat } = scheduled();
    const first = await seat();
    const order: number[] = [];
    const waiting = [0, 5, -1, 5].map(async (priority, index) => {
      const admitted = await admit({ priority });
      order.push(index);
      await admitted?.leave();
    });
    await settled();
    await first.leave();
    await Promise.all(waiting);

    expect(order).toEqual([1, 3, 0, 2]);
  });

  it("more than may wait is refused, and no place is lost by it", async () => {
    const { scheduler, admit, seat } = scheduled({ maxQueued: 1 });
    const first = await seat();
    const second = admit();
    await expect(admit()).rejects.toMatchObject({ failure: { code: "QUEUE_FULL", maxQueued: 1 } });
    await first.leave();

    expect(await second).not.toBeNull();
    expect(scheduler.counts()).toMatchObject({ guests: 1, waiting: 0 });
  });

  it("that is cancelled waits no longer; cancelled before, it never did", async () => {
    const { scheduler, admit, seat } = scheduled();
    await seat();
    const controller = new AbortController();
    const waiting = admit({}, controller.signal);
    await settled();
    controller.abort();

    expect(await waiting).toBeNull();
    expect(await admit({}, controller.signal)).toBeNull();
    expect(scheduler.counts()).toMatchObject({ guests: 1, waiting: 0 });
  });
});

describe("a thread that cannot be started", () => {
  const fail = () => Promise.reject(unstartable);

  it("is the failure of the guest that was to have it, which leaves nothing behind", async () => {
    const capacity = createCapacity(10);
    const { scheduler, admit } = scheduled({ capacity }, fail);
    await expect(admit({ memoryBytes: 10 })).rejects.toBe(unstartable);

    expect(scheduler.counts()).toEqual(NOBODY);
    expect(capacity.fits({ memoryBytes: 10, code: null })).toBe(true);
    await scheduler.close();
  });

  it("to be kept ready is tried once for each guest, not for ever", async () => {
    let started = 0;
    const { scheduler, seat, starts } = scheduled(
      { maxThreads: 5, guestsPerThread: 9, idleThreads: 1 },
      () => (started++ === 0 ? scriptedThread() : fail()),
    );
    await seat();
    await settled();

    expect(starts()).toBe(2);
    expect(scheduler.counts()).toEqual({ busy: 1, idle: 0, guests: 1, waiting: 0 });
  });

  it("makes room for the next that wants to try", async () => {
    let failures = 2;
    const { admit } = scheduled({}, () => (failures-- > 0 ? fail() : scriptedThread()));
    const results = await Promise.allSettled([admit(), admit(), admit()]);

    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
  });
});

describe("a thread without guests", () => {
  it("is ended, beyond those that are kept ready", async () => {
    const { scheduler, threads, seat } = scheduled({ maxThreads: 3, idleThreads: 1 });
    const seats = [await seat(), await seat(), await seat()];
    for (const each of seats) await each.leave();

    expect(threads.filter(({ terminated }) => terminated)).toHaveLength(2);
    expect(scheduler.counts()).toEqual({ busy: 0, idle: 1, guests: 0, waiting: 0 });
  });

  it("is started beside the one that gets the first guest, and takes the second", async () => {
    const { scheduler, threads, seat } = scheduled({ maxThreads: 2, idleThreads: 1 });
    await seat();
    await settled();
    expect(scheduler.counts()).toEqual({ busy: 1, idle: 1, guests: 1, waiting: 0 });
    await seat();

    expect(threads).toHaveLength(2);
  });
});

describe("a thread that is lost", () => {
  it("gives its place to another, once it has ended", async () => {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    let started = 0;
    const { scheduler, admit, seat, threads } = scheduled({}, () =>
      started++ === 0 ? scriptedThread(() => ended) : scriptedThread(),
    );
    const first = await seat();
    const closing = first.endThread();
    const second = admit();
    await settled();
    expect(threads).toHaveLength(1);
    end();
    await closing;
    await first.leave();

    expect(await second).not.toBeNull();
    expect(scheduler.counts()).toMatchObject({ busy: 1, guests: 1 });
  });

  it("but does not end keeps its place: another would take one more core", async () => {
    const { scheduler, admit, seat, threads } = scheduled({}, immortalThread);
    const first = await seat();
    await expect(first.endThread()).rejects.toMatchObject({ failure: { code: "THREAD_NOT_ENDED" } });
    await first.leave();
    const controller = new AbortController();
    const second = admit({}, controller.signal);
    await settled();

    expect(threads).toHaveLength(1);
    expect(scheduler.counts()).toMatchObject({ guests: 0, waiting: 1 });
    controller.abort();
    expect(await second).toBeNull();
  });

  it("serves whoever waits as soon as it has failed", async () => {
    const { admit, seat, threads } = scheduled();
    const first = await seat();
    const second = admit();
    await settled();
    threads[0]?.fail({ kind: "out-of-memory" });

    expect(await second).not.toBeNull();
    await first.leave();
    expect(threads).toHaveLength(2);
  });
});

describe("closing", () => {
  it("dismisses who waits, ends every thread, and refuses who comes later", async () => {
    const { scheduler, threads, admit, seat } = scheduled({ maxThreads: 2 });
    const seats = [await seat(), await seat()];
    const waiting = admit();
    await scheduler.close();

    expect(await waiting).toBeNull();
    expect(threads.every(({ terminated }) => terminated)).toBe(true);
    await expect(admit()).rejects.toMatchObject({ failure: { code: "RUNTIME_CLOSED" } });
    await Promise.all(seats.map((each) => each.leave()));
    expect(scheduler.counts()).toEqual(NOBODY);
  });

  it("tells one that was cancelled that it was: it may have run before", async () => {
    const { scheduler, admit } = scheduled();
    await scheduler.close();

    expect(await admit({}, AbortSignal.abort())).toBeNull();
  });

  it("while a thread starts gives its guest a place that is lost", async () => {
    const { promise: starting, resolve: start } = Promise.withResolvers<GuestThread>();
    const { scheduler, admit } = scheduled({}, () => starting as Promise<ScriptedThread>);
    const admitted = admit();
    await settled();
    const closed = scheduler.close();
    const thread = scriptedThread();
    start(thread);
    const seat = await admitted;
    await closed;
    const losses: string[] = [];
    seat?.listen({ report: () => {}, lost: ({ kind }) => losses.push(kind) });

    expect(thread.terminated).toBe(true);
    expect(losses).toEqual(["closed"]);
  });

  it("fails where a thread does not end, and ends the others", async () => {
    let started = 0;
    const { scheduler, threads, seat } = scheduled({ maxThreads: 2 }, () =>
      started++ === 0 ? immortalThread() : scriptedThread(),
    );
    await seat();
    await seat();

    await expect(scheduler.close()).rejects.toMatchObject({ failure: { code: "THREAD_NOT_ENDED" } });
    expect(threads[1]?.terminated).toBe(true);
  });
});
