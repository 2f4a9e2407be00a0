import { performance } from "node:perf_hooks";

/** Somebody who runs on this thread for a turn at a time. */
export interface Runnable {
  /** Its turn begins. */
  enter(): void;
  /** Its turn is over: it waits for something, or has ended. */
  leave(): void;
}

/** Who runs on this thread, one after another. */
export interface RunQueue {
  /**
   * Puts a runnable at the end of a lane. When its turn comes, `resume` is called, and lets it go on in a microtask.
   *
   * @param lane - `waiting`, the default, for who has used a whole turn; `woken` for who has not, and should not have to
   *   wait for all those: the lanes take turns about.
   */
  enqueue(runnable: Runnable, resume: () => void, lane?: Lane): void;
  /** Takes a runnable out of the queue, if it is in it: it is not to run any more. */
  remove(runnable: Runnable): void;
  /** Ends the turn of a runnable, if it is its turn: somebody else's begins. */
  yieldThread(runnable: Runnable): void;
}

export type Lane = "waiting" | "woken";

/** How long turns follow each other before the thread looks at its messages. */
const MAX_BURST_MS = 1;

/**
 * First come, first served, in each of two lanes. Turns are started from the event loop, so that timers and messages are
 * looked at between any two of a millisecond; shorter ones follow each other at once.
 */
export function createRunQueue(): RunQueue {
  const lanes: Record<Lane, { readonly runnable: Runnable; readonly resume: () => void }[]> = {
    waiting: [],
    woken: [],
  };
  let nextLane: Lane = "woken";
  let running: Runnable | null = null;
  let scheduled = false;
  let burstStartedAt = 0;

  function schedule(): void {
    if (scheduled || running !== null || lanes.waiting.length + lanes.woken.length === 0) return;
    scheduled = true;
    setImmediate(startBurst);
  }

  function startBurst(): void {
    scheduled = false;
    burstStartedAt = performance.now();
    startTurn();
  }

  function startTurn(): void {
    const other: Lane = nextLane === "woken" ? "waiting" : "woken";
    const next = lanes[nextLane].shift() ?? lanes[other].shift();
    nextLane = other;
    if (next === undefined) return;
    running = next.runnable;
    running.enter();
    next.resume();
  }

  return {
    enqueue(runnable, resume, lane = "waiting") {
      lanes[lane].push({ runnable, resume });
      schedule();
    },
    remove(runnable) {
      for (const lane of Object.values(lanes)) {
        const at = lane.findIndex((each) => each.runnable === runnable);
        if (at >= 0) lane.splice(at, 1);
      }
    },
    yieldThread(runnable) {
      if (running !== runnable) return;
      running = null;
      runnable.leave();
      if (performance.now() - burstStartedAt < MAX_BURST_MS) startTurn();
      // What the guest still has to say of its turn is said first.
      else queueMicrotask(schedule);
    },
  };
}
