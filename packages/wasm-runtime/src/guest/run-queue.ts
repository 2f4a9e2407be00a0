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
   *   wait for all those: while there are both, the woken run three quarters of the time.
   */
  enqueue(runnable: Runnable, resume: () => void, lane?: Lane): void;
  /** Takes a runnable out of the queue, if it is in it: it is not to run any more. */
  remove(runnable: Runnable): void;
  /** Ends the turn of a runnable, if it is its turn: somebody else's begins. */
  yieldThread(runnable: Runnable): void;
}

export type Lane = "waiting" | "woken";

/** How many times as long as the waiting the woken run, while there are both. */
const WOKEN_SHARE = 3;
/** For how long the woken may run one after another, at most, because the waiting had a long turn. */
const MAX_OWED_MS = 3;
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
  /** How much longer the woken ran than their share, against those who wait. */
  let aheadMs = 0;
  let running: Runnable | null = null;
  let runningLane: Lane = "waiting";
  let turnStartedAt = 0;
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
    const wokenNext = lanes.woken.length > 0 && (aheadMs <= 0 || lanes.waiting.length === 0);
    runningLane = wokenNext ? "woken" : "waiting";
    const next = lanes[runningLane].shift();
    if (next === undefined) return;
    // Nobody is in debt for time that nobody else wanted.
    if (lanes.waiting.length === 0 && wokenNext) aheadMs = Math.min(aheadMs, 0);
    running = next.runnable;
    turnStartedAt = performance.now();
    running.enter();
    next.resume();
  }

  function account(tookMs: number): void {
    if (runningLane === "woken") aheadMs += tookMs;
    else aheadMs = Math.max(aheadMs - tookMs * WOKEN_SHARE, -MAX_OWED_MS);
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
      const now = performance.now();
      account(now - turnStartedAt);
      if (now - burstStartedAt < MAX_BURST_MS) startTurn();
      // What the guest still has to say of its turn is said first.
      else queueMicrotask(schedule);
    },
  };
}
