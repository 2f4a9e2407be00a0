import type { Capacity, Share } from "./capacity.ts";
import { WasmRuntimeError } from "./errors.ts";
import { createShard, type Seat, type Shard } from "./shard.ts";
import type { GuestThread } from "./thread.ts";
import { createWaitingLine } from "./waiting-line.ts";
import { createWatchdog } from "./watchdog.ts";

/** Threads in existence, and who is on them. */
export interface ThreadCounts {
  /** With at least one guest, or compiling. */
  readonly busy: number;
  /** Without, kept ready. */
  readonly idle: number;
  /** Guests that have a place on a thread. */
  readonly guests: number;
  /** Calls and compilations that wait for a place. */
  readonly waiting: number;
}

/** What decides when and where a guest gets its place. */
export interface Admission extends Share {
  /** Higher ones first; equals in the order in which they come. */
  readonly priority: number;
  readonly moduleBytes: number;
}

/** Gives guests their places on threads: so many threads at most, so many guests on each. */
export interface Scheduler {
  counts(): ThreadCounts;
  /**
   * A place for one guest, as soon as there is one.
   *
   * @returns `null` when `signal` was aborted first, or the scheduler closed.
   * @throws {WasmRuntimeError} `QUEUE_FULL`, `RUNTIME_CLOSED`: it was closed before, or `THREAD_FAILED` when no thread could be started.
   */
  admit(admission: Admission, signal: AbortSignal): Promise<Seat | null>;
  /** Ends every thread; nobody gets a place any more. */
  close(): Promise<void>;
}

export interface SchedulerOptions {
  readonly maxThreads: number;
  readonly guestsPerThread: number;
  /** How many threads without a guest are kept ready. */
  readonly idleThreads: number;
  readonly maxQueued: number;
  /** What the modules of a thread's guests may be together: its heap is sized for that. One guest is always let in. */
  readonly maxModuleBytesPerThread: number;
  readonly maxStallMs: number;
  /** What guests share with those of other schedulers; `null` for those that have their share already, and for what is no guest. */
  readonly capacity: Capacity | null;
  readonly start: () => Promise<GuestThread>;
}

interface Waiting {
  readonly admission: Admission;
  serve(shard: Shard): void;
  /** It waits no longer. */
  dismiss(): void;
}

export function createScheduler(options: SchedulerOptions): Scheduler {
  const { maxThreads, guestsPerThread, idleThreads, maxQueued, maxModuleBytesPerThread, capacity } = options;
  const shards = new Set<Shard>();
  /** Threads that were told to end, and have not yet: each still takes a core. */
  const ending = new Set<Promise<void>>();
  const line = createWaitingLine<Waiting>();
  const watchdog = createWatchdog(options.maxStallMs, (shard, progress) => void shard.blame(progress));
  const forgetCapacity = capacity?.onFreed(serve);
  let closed = false;

  function startShard(): Shard {
    const shard = createShard({
      start: options.start,
      ending(ended) {
        shards.delete(shard);
        watchdog.forget(shard);
        ending.add(ended);
        // One that does not end keeps its place for ever: another in its stead would take one more core.
        ended.then(() => ending.delete(ended)).then(serve, serve);
      },
      busyChanged(busy) {
        if (busy && shards.has(shard)) watchdog.watch(shard);
        else watchdog.forget(shard);
      },
    });
    shards.add(shard);
    return shard;
  }

  function roomForThread(): boolean {
    return shards.size + ending.size < maxThreads;
  }

  /** The thread with the fewest guests that has room, or another one while there may be more threads. */
  function findShard({ moduleBytes }: Admission): Shard | null {
    const fitting = [...shards].filter(
      (shard) =>
        shard.guests === 0 ||
        (shard.guests < guestsPerThread && shard.moduleBytes + moduleBytes <= maxModuleBytesPerThread),
    );
    const [best] = fitting.sort((a, b) => a.guests - b.guests || Number(b.ready) - Number(a.ready));
    if (best !== undefined && (best.guests === 0 || !roomForThread())) return best;
    return roomForThread() ? startShard() : null;
  }

  function serve(): void {
    let served = false;
    for (let next = line.first(); next !== null; next = line.first()) {
      // Nobody who needs less overtakes: who needs much would wait for ever.
      const fits = capacity?.fits(next.admission) ?? true;
      const shard = fits ? findShard(next.admission) : null;
      if (shard === null) break;
      next.serve(shard);
      served = true;
    }
    // Only then: where no thread can be started, one that failed would otherwise bring about the next for ever.
    if (served) startSpare();
  }

  function idleShards(): number {
    return [...shards].filter(({ guests }) => guests === 0).length;
  }

  /** Starts a thread to have one ready, if guests are on the others. If it fails, the next guest hears why. */
  function startSpare(): void {
    if (shards.size > 0 && idleShards() < idleThreads && roomForThread()) startShard();
  }

  function takeSeat(shard: Shard, admission: Admission): Seat {
    capacity?.take(admission);
    return shard.take(admission.moduleBytes, async () => {
      capacity?.give(admission);
      serve();
      if (shard.guests === 0 && shards.has(shard) && idleShards() > idleThreads) await shard.close();
    });
  }

  async function seatOn(shard: Shard, admission: Admission): Promise<Seat> {
    const seat = takeSeat(shard, admission);
    try {
      await shard.started;
      return seat;
    } catch (error) {
      await seat.leave();
      throw error;
    }
  }

  return {
    counts: () => ({
      busy: shards.size - idleShards(),
      idle: idleShards(),
      guests: [...shards].reduce((sum, { guests }) => sum + guests, 0),
      waiting: line.length,
    }),
    async admit(admission, signal) {
      if (signal.aborted) return null;
      if (closed) throw new WasmRuntimeError({ code: "RUNTIME_CLOSED" });
      const { promise, resolve, reject } = Promise.withResolvers<Seat | null>();
      const waiting: Waiting = {
        admission,
        serve(shard) {
          stopWaiting();
          resolve(seatOn(shard, admission));
        },
        dismiss() {
          stopWaiting();
          resolve(null);
        },
      };
      const stopWaiting = () => {
        line.remove(waiting);
        signal.removeEventListener("abort", waiting.dismiss);
      };
      signal.addEventListener("abort", waiting.dismiss);
      line.add(waiting, admission.priority);
      serve();
      if (line.length > maxQueued) {
        stopWaiting();
        reject(new WasmRuntimeError({ code: "QUEUE_FULL", maxQueued }));
      }
      return promise;
    },
    async close() {
      closed = true;
      forgetCapacity?.();
      for (let next = line.first(); next !== null; next = line.first()) next.dismiss();
      await Promise.all([...[...shards].map((shard) => shard.close()), ...ending]);
    },
  };
}
