import { WasmRuntimeError } from "./errors.ts";
import type { GuestThread } from "./thread.ts";

/** Threads in existence. */
export interface ThreadCounts {
  /** Compiling, hosting a guest, or starting. */
  readonly busy: number;
  /** Without work, kept ready. */
  readonly idle: number;
  /** Callers that wait for a thread. */
  readonly waiting: number;
}

/** The threads of one runtime: at most so many at a time, the next caller waiting its turn. */
export interface ThreadPool {
  counts(): ThreadCounts;
  /**
   * A thread for the caller alone. Waiting callers are served first come, first served.
   *
   * @returns `null` when `signal` was aborted first.
   * @throws {WasmRuntimeError} `RUNTIME_CLOSED`, or `THREAD_FAILED` when none could be started.
   */
  acquire(signal: AbortSignal): Promise<GuestThread | null>;
  /** Gives back a thread that has no guest; it is kept ready, or ended if enough are. */
  release(thread: GuestThread): Promise<void>;
  /** Ends a thread with whatever runs on it, and starts another if none is ready. */
  retire(thread: GuestThread): Promise<void>;
  /** Once `closing` is aborted: ends idle threads, and waits until those who have the others have given them back. */
  drain(): Promise<void>;
}

export interface ThreadPoolOptions {
  readonly maxThreads: number;
  readonly idleThreads: number;
  readonly start: () => Promise<GuestThread>;
  /** Aborted when the runtime closes: from then on nobody gets a thread. */
  readonly closing: AbortSignal;
}

export function createThreadPool({ maxThreads, idleThreads, start, closing }: ThreadPoolOptions): ThreadPool {
  /** Ready, or on their way: who needs a thread need not start another while one is starting. */
  const idle: Promise<GuestThread>[] = [];
  const waiting: (() => void)[] = [];
  /** Only the holder of one of `maxThreads` permits has a thread. */
  let permits = 0;
  const { promise: allGivenBack, resolve: lastGivenBack } = Promise.withResolvers<void>();

  /** @returns whether a permit was got; not when `signal` was aborted first. */
  async function takePermit(signal: AbortSignal): Promise<boolean> {
    if (permits < maxThreads) {
      permits += 1;
      return true;
    }
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const serve = () => {
      signal.removeEventListener("abort", giveUp);
      resolve(true);
    };
    const giveUp = () => {
      waiting.splice(waiting.indexOf(serve), 1);
      resolve(false);
    };
    waiting.push(serve);
    signal.addEventListener("abort", giveUp, { once: true });
    return promise;
  }

  /** Hands the permit to who waits longest: somebody who comes later cannot take it first. */
  function givePermit(): void {
    const serve = waiting.shift();
    if (serve === undefined) permits -= 1;
    else serve();
    if (closing.aborted && permits === 0) lastGivenBack();
  }

  async function acquire(signal: AbortSignal): Promise<GuestThread | null> {
    if (signal.aborted || !(await takePermit(signal))) return null;
    try {
      requireOpen();
      const thread = (await takeIdle()) ?? (await start());
      if (closing.aborted) await thread.terminate();
      requireOpen();
      thread.setBusy(true);
      return thread;
    } catch (error) {
      givePermit();
      throw error;
    }
  }

  function requireOpen(): void {
    if (closing.aborted) throw new WasmRuntimeError({ code: "RUNTIME_CLOSED" });
  }

  async function takeIdle(): Promise<GuestThread | null> {
    for (let spare = idle.pop(); spare !== undefined; spare = idle.pop()) {
      const thread = await spare.catch(() => null);
      if (thread?.alive) return thread;
    }
    return null;
  }

  /** Starts a thread to have one ready, if there are too few and room for one. */
  function startSpare(): void {
    if (closing.aborted || idle.length >= idleThreads || permits + idle.length >= maxThreads) return;
    const spare = start();
    // If it fails, the next caller starts one of its own, and hears why it cannot.
    spare.then((thread) => thread.setBusy(false)).catch(() => {});
    idle.push(spare);
  }

  return {
    counts: () => ({ busy: permits, idle: idle.length, waiting: waiting.length }),
    acquire,
    async release(thread) {
      thread.listen(null);
      thread.setBusy(false);
      const keep = thread.alive && !closing.aborted && (idle.length < idleThreads || waiting.length > 0);
      try {
        if (keep) idle.push(Promise.resolve(thread));
        else await thread.terminate();
      } finally {
        givePermit();
      }
    },
    async retire(thread) {
      // One that does not end keeps its permit: it still takes a core, and another in its place would take one more.
      await thread.terminate();
      givePermit();
      startSpare();
    },
    async drain() {
      const ends = idle.splice(0).map(async (spare) => {
        const thread = await spare.catch(() => null);
        await thread?.terminate();
      });
      await Promise.all(permits === 0 ? ends : [...ends, allGivenBack]);
    },
  };
}
