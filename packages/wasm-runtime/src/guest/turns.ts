import { performance } from "node:perf_hooks";
import type { Runnable, RunQueue } from "./run-queue.ts";

/**
 * When one guest runs. A guest waits for at most one thing at a time, and every promise that it waits for is settled: a
 * dropped one would keep the guest's stack for ever.
 */
export interface Turns {
  /** A call begins; resolves when it is the guest's turn. */
  begin(): Promise<void>;
  /** Gives the thread to the others, at the end of a turn; resolves when it is the guest's turn again. */
  yield(): Promise<void>;
  /** Gives the thread to the others; resolves when it is the guest's turn after `wake` was called. */
  sleep(): Promise<void>;
  wake(): void;
  /** The guest has ended, or waits for its next call. */
  finish(): void;
  /** Rejects what the guest waits for, with `trap`: it comes to its end without another turn. Not while it runs. */
  stop(trap: unknown): void;
}

/** How much a guest may run ahead of those who wait, before it has to wait in line with them again. */
const CREDIT_MS = 1;

/**
 * A guest that has used up its turn waits in line with all others that have. One that is new, or was woken, need not: it
 * mostly has little to do, and a hundred guests before it would make it wait for a tenth of a second. But it runs ahead
 * of the others on credit, and once that is used up, it waits like them: so no guest gets much more than its share by
 * falling asleep again and again.
 */
export function createTurns(queue: RunQueue, runnable: Runnable): Turns {
  let waiting: PromiseWithResolvers<void> | null = null;
  let creditMs = CREDIT_MS;
  /** When the turn began that is on credit; `null`: this one is not. */
  let aheadSinceMs: number | null = null;

  function wait(): Promise<void> {
    if (aheadSinceMs !== null) creditMs -= performance.now() - aheadSinceMs;
    aheadSinceMs = null;
    waiting = Promise.withResolvers();
    queue.yieldThread(runnable);
    return waiting.promise;
  }

  function resume(): void {
    const resumed = waiting;
    waiting = null;
    resumed?.resolve();
  }

  function resumeAhead(): void {
    aheadSinceMs = performance.now();
    resume();
  }

  function waitInLine(): void {
    creditMs = CREDIT_MS;
    queue.enqueue(runnable, resume, "waiting");
  }

  function goAhead(): void {
    if (creditMs <= 0) waitInLine();
    else queue.enqueue(runnable, resumeAhead, "woken");
  }

  return {
    begin() {
      const turn = wait();
      goAhead();
      return turn;
    },
    yield() {
      const turn = wait();
      waitInLine();
      return turn;
    },
    sleep: wait,
    wake() {
      // Nobody waits any more when it was stopped first.
      if (waiting !== null) goAhead();
    },
    finish() {
      queue.yieldThread(runnable);
    },
    stop(trap) {
      queue.remove(runnable);
      const stopped = waiting;
      waiting = null;
      stopped?.reject(trap);
    },
  };
}
