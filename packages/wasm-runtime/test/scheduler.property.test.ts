import fc from "fast-check";
import { expect, it } from "vitest";
import { createCapacity } from "../src/capacity.ts";
import { WasmRuntimeError } from "../src/errors.ts";
import { createScheduler } from "../src/scheduler.ts";
import type { Seat } from "../src/shard.ts";
import { type ScriptedThread, scriptedThread } from "./support/threads.ts";

const MAX_THREADS = 3;
const GUESTS_PER_THREAD = 2;
const MAX_QUEUED = 4;
const MAX_TOTAL_BYTES = 10;
const MAX_MODULE_BYTES = 10;

type Step =
  | {
      readonly do: "admit";
      readonly priority: number;
      readonly moduleBytes: number;
      readonly memoryBytes: number;
    }
  | { readonly do: "cancel" | "leave" | "end" | "fail" | "start" | "refuse"; readonly which: number }
  | { readonly do: "close" };

const which = fc.nat(7);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("admit" as const),
      priority: fc.nat(2),
      moduleBytes: fc.nat(12),
      memoryBytes: fc.nat(12),
    }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      do: fc.constantFrom("cancel", "leave", "leave", "end", "fail", "start", "start", "refuse"),
      which,
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: "close" as const }) },
);

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Does what it is told to a scheduler whose threads start, fail and end when they are told to. */
async function scheduled(idleThreads: number, steps: readonly Step[]): Promise<void> {
  const capacity = createCapacity(MAX_TOTAL_BYTES);
  const starting: PromiseWithResolvers<ScriptedThread>[] = [];
  const threads: ScriptedThread[] = [];
  const scheduler = createScheduler({
    maxThreads: MAX_THREADS,
    guestsPerThread: GUESTS_PER_THREAD,
    idleThreads,
    maxQueued: MAX_QUEUED,
    maxModuleBytesPerThread: MAX_MODULE_BYTES,
    maxStallMs: 100_000,
    capacity,
    start() {
      const start = Promise.withResolvers<ScriptedThread>();
      starting.push(start);
      return start.promise;
    },
  });
  const admissions: { controller: AbortController; admitted: Promise<unknown> }[] = [];
  const seats = new Map<Seat, number>();

  function admit({ priority, moduleBytes, memoryBytes }: Extract<Step, { do: "admit" }>): void {
    const controller = new AbortController();
    const admission = { priority, moduleBytes, memoryBytes, code: null };
    const admitted = scheduler.admit(admission, controller.signal).then(
      (seat) => seat !== null && seats.set(seat, memoryBytes),
      (error: unknown) => expect(error).toBeInstanceOf(WasmRuntimeError),
    );
    admissions.push({ controller, admitted });
  }

  async function take(each: Step): Promise<void> {
    if (each.do === "admit") return admit(each);
    if (each.do === "close") return scheduler.close();
    const [seat] = [...seats.keys()].slice(each.which);
    switch (each.do) {
      case "cancel":
        return admissions[each.which]?.controller.abort();
      case "fail":
        return threads[each.which]?.fail({ kind: "out-of-memory" });
      case "refuse":
        return starting.shift()?.reject(new WasmRuntimeError({ code: "THREAD_FAILED", detail: "none" }));
      case "start": {
        const thread = scriptedThread();
        threads.push(thread);
        return starting.shift()?.resolve(thread);
      }
      default: {
        if (seat === undefined) return;
        seats.delete(seat);
        if (each.do === "end") await seat.endThread();
        return seat.leave();
      }
    }
  }

  function checkBounds(): void {
    const { busy, idle, guests, waiting } = scheduler.counts();
    expect(busy + idle).toBeLessThanOrEqual(MAX_THREADS);
    expect(guests).toBeLessThanOrEqual(busy * GUESTS_PER_THREAD);
    expect(waiting).toBeLessThanOrEqual(MAX_QUEUED);
    const memoryBytes = [...seats.values()].reduce((sum, each) => sum + each, 0);
    expect(seats.size === 1 || memoryBytes <= MAX_TOTAL_BYTES).toBe(true);
  }

  for (const each of steps) {
    const taken = take(each);
    await settled();
    checkBounds();
    // Closing waits for threads that are starting; those are told to by another step.
    void taken;
  }

  // Whoever waits gets a place, as long as places are given back.
  for (let round = 0; scheduler.counts().waiting > 0 || starting.length > 0 || seats.size > 0; round++) {
    expect(round).toBeLessThan(100);
    await take({ do: "start", which: 0 });
    await settled();
    await take({ do: "leave", which: 0 });
    await settled();
    checkBounds();
  }
  await Promise.all(admissions.map(({ admitted }) => admitted));
  expect(capacity.fits({ memoryBytes: MAX_TOTAL_BYTES + 1, code: null })).toBe(true);
  await scheduler.close();
  expect(scheduler.counts()).toEqual({ busy: 0, idle: 0, guests: 0, waiting: 0 });
}

it("whatever becomes of guests and threads, bounds hold, everybody is told, and nothing stays taken", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(2), fc.array(step, { maxLength: 40 }), (idleThreads, steps) =>
      scheduled(idleThreads, steps),
    ),
    { numRuns: 300 },
  );
});
