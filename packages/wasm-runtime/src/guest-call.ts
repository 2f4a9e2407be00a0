import { WasmRuntimeError } from "./errors.ts";
import type { HostCallRunner } from "./host-call-runner.ts";
import type { GuestFailure, GuestPhase } from "./outcome.ts";
import type { GuestEnding, GuestMessage, GuestRequest, GuestUsage, HostCallReport } from "./protocol.ts";
import type { Seat, SeatLoss } from "./shard.ts";
import type { WasiOutput } from "./wasi-output.ts";

/** What a guest gave back, before it is decoded. */
export type RawResult = Extract<GuestEnding, { kind: "bytes" | "flag" | "failed" }>;

/** How one call on a thread went. */
export type CallEnd =
  /** Its thread goes on, without it or with it. */
  | { readonly by: "guest"; readonly result: RawResult; readonly usage: GuestUsage }
  /** It took its thread with it. */
  | { readonly by: "thread"; readonly failure: GuestFailure; readonly memoryBytes: number }
  /** Its thread is gone because of another guest. */
  | { readonly by: "others" }
  | { readonly by: "error"; readonly error: WasmRuntimeError };

export interface GuestCallOptions {
  readonly seat: Seat;
  readonly request: Extract<GuestRequest, { type: "call" }>;
  readonly hostCalls: HostCallRunner;
  readonly output: WasiOutput;
  readonly threadHeapMiB: number;
  readonly maxStallMs: number;
  /** Aborted to end the call as `cancelled`. */
  readonly stop: AbortSignal;
}

/**
 * Makes one call on a thread and answers its host calls, until it has ended in one way or another: whatever comes first
 * is how it ended. Afterwards the seat is not listened to.
 */
export async function runGuestCall(options: GuestCallOptions): Promise<CallEnd> {
  const { seat, request, output, stop } = options;
  const { deadlineMs } = request.call;
  const { promise: ended, resolve: end } = Promise.withResolvers<CallEnd>();
  /** Why the guest was told to stop. It says itself when it has, and where. */
  let reason: StopReason | null = null;

  function stopGuest(why: StopReason): void {
    if (reason !== null) return;
    reason = why;
    seat.send({ type: "stop" });
  }

  function passOn({ stream, bytes }: Extract<GuestMessage, { type: "output" }>): void {
    try {
      output.write(stream, bytes);
    } catch (error) {
      stopGuest({ kind: "failed", end: readError(error) });
    }
  }

  seat.listen({
    report(report) {
      if (report.type === "ended") end(readEnding(report, reason));
      if (report.type === "output") passOn(report);
      if (report.type === "host-call") {
        void answer(report.call, options).then(
          (failed) => failed && stopGuest({ kind: "failed", end: failed }),
        );
      }
    },
    lost(loss) {
      end(readLoss(loss, reason, options));
    },
  });
  const cancel = () => stopGuest({ kind: "cancelled" });
  const timer = setTimeout(() => stopGuest({ kind: "deadline", deadlineMs }), deadlineMs);
  stop.addEventListener("abort", cancel);
  try {
    seat.setBusy(true);
    seat.send(request);
    if (stop.aborted) cancel();
    return await ended;
  } catch (cause) {
    // Nothing was started.
    return threadFailed("the call could not be posted", cause);
  } finally {
    clearTimeout(timer);
    stop.removeEventListener("abort", cancel);
    seat.listen(null);
    seat.setBusy(false);
  }
}

type StopReason =
  | { readonly kind: "cancelled" }
  | { readonly kind: "deadline"; readonly deadlineMs: number }
  | { readonly kind: "failed"; readonly end: FailedHostCall };

/** What ends the guest of a host function that could not be answered. */
type FailedHostCall = { readonly failure: GuestFailure } | { readonly error: WasmRuntimeError };

/** @returns how the call ends if it cannot be answered. */
async function answer(
  call: HostCallReport,
  { seat, hostCalls }: GuestCallOptions,
): Promise<FailedHostCall | null> {
  try {
    const reply = await hostCalls.run(call);
    seat.send({ type: "answer", answer: { callId: call.callId, ...reply } });
    return null;
  } catch (error) {
    return readError(error);
  }
}

function readError(error: unknown): FailedHostCall {
  if (!(error instanceof WasmRuntimeError)) {
    return { error: threadError("an answer could not be posted", error) };
  }
  if (error.failure.code !== "HOST_FUNCTION_FAILED") return { error };
  const { module, name } = error.failure;
  return { failure: { kind: "host-failed", module, name, error } };
}

function readEnding(
  { ending, usage }: Extract<GuestMessage, { type: "ended" }>,
  reason: StopReason | null,
): CallEnd {
  const failedBy = (failure: GuestFailure): CallEnd => ({
    by: "guest",
    result: { kind: "failed", failure },
    usage,
  });
  switch (ending.kind) {
    case "stopped": {
      if (reason === null) return threadFailed("a guest was stopped that nobody stopped");
      const stopped = readReason(reason, ending.phase);
      return "error" in stopped ? { by: "error", ...stopped } : failedBy(stopped.failure);
    }
    case "host-fault": {
      const { module, name, fault } = ending;
      const error = new WasmRuntimeError({ code: "HOST_FUNCTION_FAILED", module, name, ...fault });
      return failedBy({ kind: "host-failed", module, name, error });
    }
    case "memory-unavailable":
      return {
        by: "error",
        error: new WasmRuntimeError({ code: "MEMORY_UNAVAILABLE", detail: ending.detail }),
      };
    case "thread-failed":
      return threadFailed(ending.detail);
    default:
      return { by: "guest", result: ending, usage };
  }
}

function readLoss(
  loss: SeatLoss,
  reason: StopReason | null,
  { threadHeapMiB, maxStallMs }: GuestCallOptions,
): CallEnd {
  if (loss.kind === "failed") return { by: "error", error: loss.error };
  const { phase, memoryBytes } = loss.kind === "to-blame" ? loss : UNKNOWN;
  const by = (failure: GuestFailure): CallEnd => ({ by: "thread", failure, memoryBytes });
  // It was to end for another reason already, and only did not hear of it.
  if (reason !== null) {
    const stopped = readReason(reason, phase);
    return "error" in stopped ? { by: "error", ...stopped } : by(stopped.failure);
  }
  if (loss.kind === "closed") return by({ kind: "cancelled" });
  if (loss.kind === "innocent") return { by: "others" };
  return loss.what === "out-of-memory"
    ? by({ kind: "out-of-memory", resource: "thread-heap", threadHeapMiB })
    : by({ kind: "unresponsive", phase, maxStallMs });
}

const UNKNOWN = { phase: "call", memoryBytes: 0 } as const;

function readReason(reason: StopReason, phase: GuestPhase): FailedHostCall {
  switch (reason.kind) {
    case "deadline":
      return { failure: { ...reason, phase } };
    case "cancelled":
      return { failure: reason };
    case "failed":
      return reason.end;
  }
}

function threadFailed(detail: string, cause?: unknown): CallEnd {
  return { by: "error", error: threadError(detail, cause) };
}

function threadError(detail: string, cause?: unknown): WasmRuntimeError {
  return new WasmRuntimeError({ code: "THREAD_FAILED", detail }, { cause });
}
