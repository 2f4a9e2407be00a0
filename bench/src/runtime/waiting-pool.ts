import { once } from "node:events";
import { Worker } from "node:worker_threads";

export interface WaitingPoolOptions {
  readonly module: Uint8Array;
  readonly threads: number;
  /** How many host calls an evaluation makes. */
  readonly calls: number;
  /** What answers one. */
  readonly wait: () => Promise<unknown>;
}

interface Blocked {
  readonly worker: Worker;
  readonly control: Int32Array<SharedArrayBuffer>;
  finished: (() => void) | null;
}

/**
 * What one would build without suspending guests: threads, each with one guest at a time, blocked in `Atomics.wait` while
 * the host answers. No metering, no deadline, no limits.
 *
 * @returns what makes one evaluation; no more at a time than there are threads.
 */
export async function createWaitingPool(options: WaitingPoolOptions): Promise<() => Promise<void>> {
  const pool = Array.from({ length: options.threads }, () => startThread(options));
  await Promise.all(pool.map(({ worker }) => once(worker, "online")));
  const free = [...pool];
  return async () => {
    const blocked = free.pop();
    if (blocked === undefined) throw new Error("every thread is busy");
    const { promise, resolve } = Promise.withResolvers<void>();
    blocked.finished = resolve;
    blocked.worker.postMessage("evaluate");
    await promise;
    free.push(blocked);
  };
}

function startThread({ module, calls, wait }: WaitingPoolOptions): Blocked {
  const control = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const entry = new URL("./waiting-pool-thread.ts", import.meta.url);
  const worker = new Worker(entry, { workerData: { control, module, calls } });
  const blocked: Blocked = { worker, control, finished: null };
  worker.on("message", (message: "ask" | "done") => {
    if (message === "done") blocked.finished?.();
    else {
      void wait().then(() => {
        Atomics.add(control, 0, 1);
        Atomics.notify(control, 0);
      });
    }
  });
  worker.on("error", (error) => {
    throw error;
  });
  return blocked;
}
