import { WasmRuntimeError } from "./errors.ts";
import type { HostCallRunner } from "./host-call-runner.ts";
import type { GuestFailure } from "./outcome.ts";
import type { GuestEnding, HostCallReport, ThreadReport, ThreadRequest } from "./protocol.ts";
import type { GuestThread, ThreadFailure } from "./thread.ts";

/** What a guest gave back, before it is decoded. */
export type RawResult = Extract<GuestEnding, { kind: "bytes" | "flag" | "failed" }>;

/** How one call on a thread went. */
export type CallEnd =
  /** It ended by itself; `usable` says whether its thread can go on. */
  | {
      readonly by: "guest";
      readonly result: RawResult;
      readonly usable: boolean;
      readonly fuelUsed: number | null;
    }
  /** It was ended: by its deadline, its caller or a fault of the host. */
  | { readonly by: "host"; readonly failure: GuestFailure }
  | { readonly by: "error"; readonly error: WasmRuntimeError };

export interface GuestCallOptions {
  readonly thread: GuestThread;
  readonly request: Extract<ThreadRequest, { type: "call" }>;
  readonly hostCalls: HostCallRunner;
  readonly deadlineMs: number;
  readonly threadHeapMiB: number;
  /** Aborted to end the call as `cancelled`. */
  readonly stop: AbortSignal;
}

/**
 * Makes one call on a thread and answers its host calls, until it has ended in one way or another: whatever comes first
 * is how it ended. Afterwards the thread is not listened to; ending it, where the guest did not end by itself, is left to
 * the caller.
 */
export async function runGuestCall(options: GuestCallOptions): Promise<CallEnd> {
  const { thread, request, deadlineMs, stop } = options;
  const { promise: ended, resolve: end } = Promise.withResolvers<CallEnd>();
  const endBy = (failure: GuestFailure) => end({ by: "host", failure });

  thread.listen({
    report(report) {
      if (report.type === "ended") end(readEnding(report));
      if (report.type === "host-call") void answer(report.call, options).then((fault) => fault && end(fault));
    },
    failed(failure) {
      end(readThreadFailure(failure, options));
    },
  });
  const expire = () => endBy({ kind: "deadline", phase: thread.phase, deadlineMs });
  const cancel = () => endBy({ kind: "cancelled" });
  const timer = setTimeout(expire, deadlineMs);
  stop.addEventListener("abort", cancel);
  try {
    if (stop.aborted) cancel();
    else if (thread.alive) thread.send(request);
    else end(threadFailed("it ended between two calls"));
    return await ended;
  } catch (cause) {
    // A registrar's signature that cannot be posted, for one: nothing was started.
    return threadFailed("the call could not be posted", cause);
  } finally {
    clearTimeout(timer);
    stop.removeEventListener("abort", cancel);
    thread.listen(null);
  }
}

/** @returns how the call ends if it cannot be answered. */
async function answer(
  call: HostCallReport,
  { thread, hostCalls }: GuestCallOptions,
): Promise<CallEnd | null> {
  try {
    const { kind, reply } = await hostCalls.run(call);
    const message = { callId: call.callId, ...reply };
    if (!thread.alive) return null;
    if (kind === "sync") thread.answerSync(message);
    else thread.send({ type: "answer", answer: message });
    return null;
  } catch (error) {
    return readError(error);
  }
}

function readError(error: unknown): CallEnd {
  if (!(error instanceof WasmRuntimeError)) return threadFailed("an answer could not be posted", error);
  if (error.failure.code !== "HOST_FUNCTION_FAILED") return { by: "error", error };
  const { module, name } = error.failure;
  return { by: "host", failure: { kind: "host-failed", module, name, error } };
}

function readEnding({ ending, usable, fuelUsed }: Extract<ThreadReport, { type: "ended" }>): CallEnd {
  switch (ending.kind) {
    case "host-fault": {
      const { module, name, fault } = ending;
      return readError(new WasmRuntimeError({ code: "HOST_FUNCTION_FAILED", module, name, ...fault }));
    }
    case "memory-unavailable":
      return {
        by: "error",
        error: new WasmRuntimeError({ code: "MEMORY_UNAVAILABLE", detail: ending.detail }),
      };
    case "thread-failed":
      return threadFailed(ending.detail);
    default:
      return { by: "guest", result: ending, usable, fuelUsed };
  }
}

function readThreadFailure(failure: ThreadFailure, { threadHeapMiB }: GuestCallOptions): CallEnd {
  return failure.kind === "out-of-memory"
    ? { by: "host", failure: { kind: "out-of-memory", resource: "thread-heap", threadHeapMiB } }
    : { by: "error", error: failure.error };
}

function threadFailed(detail: string, cause?: unknown): CallEnd {
  return { by: "error", error: new WasmRuntimeError({ code: "THREAD_FAILED", detail }, { cause }) };
}
