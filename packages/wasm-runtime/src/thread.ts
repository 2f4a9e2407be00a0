import { readThreadFailure, startBareWorker, type ThreadFailure, threadFailed } from "./bare-worker.ts";
import type { SliceSize } from "./defaults.ts";
import type { WasmRuntimeError } from "./errors.ts";
import { createOutbox } from "./outbox.ts";
import type { GuestPhase } from "./outcome.ts";
import {
  CONTROL,
  CONTROL_BYTES,
  PHASES,
  type ThreadData,
  type ThreadReport,
  type ThreadRequest,
} from "./protocol.ts";
import { settleWithin } from "./settle-within.ts";
import { PAGE_BYTES } from "./webassembly.ts";

/** Who hears of what a thread reports. One at a time. */
export interface ThreadListener {
  report(report: ThreadReport): void;
  /** The thread is gone; nothing more will come of it. */
  failed(failure: ThreadFailure): void;
}

/** What a thread does, as it notes without being asked. */
export interface ThreadProgress {
  /** Changes with every turn of a guest. */
  readonly heartbeat: number;
  /** The number of the guest whose turn it is, or 0. */
  readonly running: number;
  readonly phase: GuestPhase;
  /** How large the memory of that guest was at the beginning of its turn. */
  readonly memoryBytes: number;
}

/** The calling thread's end of the protocol with one thread of guests. */
export interface GuestThread {
  /** Whether it can still be given work. */
  readonly alive: boolean;
  progress(): ThreadProgress;
  listen(listener: ThreadListener | null): void;
  send(request: ThreadRequest): void;
  /** Whether the process stays alive for this thread. */
  setBusy(busy: boolean): void;
  /**
   * Ends the thread, in the middle of whatever it does.
   *
   * @throws {WasmRuntimeError} `THREAD_NOT_ENDED`: it is still there after `TERMINATION_GRACE_MS`.
   */
  terminate(): Promise<void>;
}

export interface ThreadOptions {
  readonly threadHeapMiB: number;
  readonly slice: SliceSize;
  /** See `ThreadData`. */
  readonly maxLeftCodeBytes: number;
}

/** A guest can keep the engine busy where it looks for no interruption; a large function being compiled, for instance. */
const TERMINATION_GRACE_MS = 10_000;

/**
 * Starts a thread for guests, which inherits nothing of this process: see `startBareWorker`.
 *
 * @throws {WasmRuntimeError} `THREAD_FAILED`: it did not start.
 */
export async function startGuestThread(options: ThreadOptions): Promise<GuestThread> {
  const { worker, control } = spawnWorker(options);
  const started = Promise.withResolvers<void>();
  let alive = true;
  let listener: ThreadListener | null = {
    report: () => started.resolve(),
    failed: (failure) => started.reject(failureError(failure)),
  };

  function fail(failure: ThreadFailure): void {
    alive = false;
    listener?.failed(failure);
  }

  /** Why we end the thread ourselves, if we do. */
  let fault: WasmRuntimeError | null = null;
  const outbox = createOutbox<ThreadRequest>((requests) => {
    try {
      worker.postMessage(requests);
    } catch (error) {
      // Nobody is here to hear of it but through the thread: its guests would wait for ever.
      fault = threadFailed("a request could not be posted", error);
      void worker.terminate();
    }
  });
  worker.on("message", (reports: readonly ThreadReport[]) => {
    for (const report of reports) listener?.report(report);
  });
  worker.on("error", (error) => fail(readThreadFailure(error)));
  worker.on("messageerror", (error) => fail(readThreadFailure(error)));
  worker.on("exit", (code) => {
    if (alive) fail({ kind: "failed", error: fault ?? threadFailed(`it exited with code ${code}`) });
  });

  await started.promise;
  return {
    get alive() {
      return alive;
    },
    progress: () => ({
      heartbeat: Atomics.load(control, CONTROL.heartbeat),
      running: Atomics.load(control, CONTROL.running),
      phase: PHASES[Atomics.load(control, CONTROL.phase)] ?? "call",
      memoryBytes: Atomics.load(control, CONTROL.memoryPages) * PAGE_BYTES,
    }),
    listen(next) {
      listener = next;
    },
    send(request) {
      outbox.add(request);
    },
    setBusy(busy) {
      if (busy) worker.ref();
      else worker.unref();
    },
    async terminate() {
      alive = false;
      listener = null;
      const graceMs = TERMINATION_GRACE_MS;
      await settleWithin(worker.terminate(), graceMs, { code: "THREAD_NOT_ENDED", graceMs });
    },
  };
}

function spawnWorker({ threadHeapMiB, slice, maxLeftCodeBytes }: ThreadOptions) {
  const control = new Int32Array(new SharedArrayBuffer(CONTROL_BYTES));
  const workerData: ThreadData = { control, slice, maxLeftCodeBytes };
  const worker = startBareWorker("guest-thread", { name: "assay-guests", threadHeapMiB, workerData });
  return { worker, control };
}

function failureError(failure: ThreadFailure): WasmRuntimeError {
  return failure.kind === "failed" ? failure.error : threadFailed("its heap ran out");
}
