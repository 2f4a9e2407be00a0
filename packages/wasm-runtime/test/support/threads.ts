import type { ThreadFailure } from "../../src/bare-worker.ts";
import { WasmRuntimeError } from "../../src/errors.ts";
import type { ThreadReport, ThreadRequest } from "../../src/protocol.ts";
import type { GuestThread, ThreadListener, ThreadProgress } from "../../src/thread.ts";

/** A thread that does nothing but what the test says. */
export interface ScriptedThread extends GuestThread {
  readonly sent: ThreadRequest[];
  readonly busy: boolean;
  readonly terminated: boolean;
  report(report: ThreadReport): void;
  fail(failure: ThreadFailure): void;
  /** What it will say that it does. */
  does(progress: Partial<ThreadProgress>): void;
}

/** @param ended - what ending it waits for. */
export function scriptedThread(ended: () => Promise<void> = async () => {}): ScriptedThread {
  const sent: ThreadRequest[] = [];
  let listener: ThreadListener | null = null;
  let progress: ThreadProgress = { heartbeat: 0, running: 0, phase: "call", memoryBytes: 0 };
  let busy = false;
  let terminated = false;
  return {
    sent,
    get busy() {
      return busy;
    },
    get terminated() {
      return terminated;
    },
    get alive() {
      return !terminated;
    },
    report: (report) => listener?.report(report),
    fail: (failure) => listener?.failed(failure),
    does(next) {
      progress = { ...progress, ...next };
    },
    progress: () => progress,
    listen(next) {
      listener = next;
    },
    send(request) {
      sent.push(request);
    },
    setBusy(next) {
      busy = next;
    },
    async terminate() {
      terminated = true;
      listener = null;
      await ended();
    },
  };
}

/** A thread that is still there after it was told to end. */
export function immortalThread(): ScriptedThread {
  const notEnded = new WasmRuntimeError({ code: "THREAD_NOT_ENDED", graceMs: 10_000 });
  return scriptedThread(() => Promise.reject(notEnded));
}
