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
  /** Ends idle threads and refuses waiting callers. Busy threads are ended by those who have them. */
  close(): Promise<void>;
}

export interface ThreadPoolOptions {
  readonly maxThreads: number;
  readonly idleThreads: number;
  readonly start: () => Promise<GuestThread>;
}

export function createThreadPool({ maxThreads, idleThreads, start }: ThreadPoolOptions): ThreadPool {
  const idle: GuestThread[] = [];
  const waiting: (() => void)[] = [];
  const replacements = new Set<Promise<void>>();
  /** A thread is taken, started or replaced only by the holder of one of `maxThreads` permits. */
  let permits = 0;
  let closed = false;

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
  }

  async function acquire(signal: AbortSignal): Promise<GuestThread | null> {
    if (signal.aborted || !(await takePermit(signal))) return null;
    try {
      if (closed) throw new WasmRuntimeError({ code: "RUNTIME_CLOSED" });
      const thread = takeIdle() ?? (await start());
      thread.setBusy(true);
      return thread;
    } catch (error) {
      givePermit();
      throw error;
    }
  }

  function takeIdle(): GuestThread | undefined {
    for (let thread = idle.pop(); thread !== undefined; thread = idle.pop()) {
      if (thread.alive) return thread;
    }
    return undefined;
  }

  async function keepOrEnd(thread: GuestThread): Promise<void> {
    if (thread.alive && !closed && (idle.length < idleThreads || waiting.length > 0)) idle.push(thread);
    else await thread.terminate();
  }

  /** Starts a thread to have one ready, if there are too few and room for one. */
  async function replace(): Promise<void> {
    if (closed || idle.length >= idleThreads || permits + idle.length >= maxThreads) return;
    permits += 1;
    try {
      const thread = await start();
      thread.setBusy(false);
      await keepOrEnd(thread);
    } catch {
      // Nobody waits for this thread; the next caller starts one of its own, and hears why it cannot.
    } finally {
      givePermit();
    }
  }

  return {
    counts: () => ({ busy: permits, idle: idle.length, waiting: waiting.length }),
    acquire,
    async release(thread) {
      thread.listen(null);
      thread.setBusy(false);
      try {
        await keepOrEnd(thread);
      } finally {
        givePermit();
      }
    },
    async retire(thread) {
      try {
        await thread.terminate();
      } finally {
        givePermit();
        const replacement = replace().finally(() => replacements.delete(replacement));
        replacements.add(replacement);
      }
    },
    async close() {
      closed = true;
      await Promise.all([...idle.splice(0).map((thread) => thread.terminate()), ...replacements]);
    },
  };
}
