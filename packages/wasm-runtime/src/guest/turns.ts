import type { Runnable, RunQueue } from "./run-queue.ts";

/**
 * When one guest runs. A guest waits for at most one thing at a time, and every promise that it waits for is settled: a
 * dropped one would keep the guest's stack for ever.
 */
export interface Turns {
  /** Gives the thread to the others; resolves when it is the guest's turn again. */
  yield(): Promise<void>;
  /** Gives the thread to the others; resolves when it is the guest's turn after `wake` was called. */
  sleep(): Promise<void>;
  wake(): void;
  /** The guest has ended, or waits for its next call. */
  finish(): void;
  /** Rejects what the guest waits for, with `trap`: it comes to its end without another turn. Not while it runs. */
  stop(trap: unknown): void;
}

export function createTurns(queue: RunQueue, runnable: Runnable): Turns {
  let waiting: PromiseWithResolvers<void> | null = null;

  function wait(): Promise<void> {
    waiting = Promise.withResolvers();
    queue.yieldThread(runnable);
    return waiting.promise;
  }

  function resume(): void {
    const resumed = waiting;
    waiting = null;
    resumed?.resolve();
  }

  return {
    yield() {
      const turn = wait();
      queue.enqueue(runnable, resume);
      return turn;
    },
    sleep: wait,
    wake() {
      // Nobody waits any more when it was stopped first.
      if (waiting !== null) queue.enqueue(runnable, resume);
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
