import type { SandboxHost, SandboxHostOptions } from "@assay/sandbox-host";
import type { Runtime } from "@assay/wasm-runtime";
import type { Logger } from "pino";
import type { EvaluationReport, ReportError } from "../report/schema.ts";
import { buildReport, type Ending } from "./build-report.ts";
import { callGuest, type GuestCall } from "./guest-call.ts";
import { CANCELLED, errorOfGuest, errorOfThrown } from "./report-error.ts";
import type { EvaluationRequest } from "./request.ts";

/** What an evaluation is run with. All of it outlives the evaluation and stays the caller's. */
export interface EvaluationServices {
  readonly runtime: Runtime;
  readonly createSandboxHost: (
    options: Pick<SandboxHostOptions, "policy" | "clock" | "identity">,
  ) => SandboxHost;
  readonly logger: Logger;
}

export interface EvaluationControl {
  /** Aborting it ends the evaluation with outcome `cancelled`, once nothing of it is left. */
  readonly signal?: AbortSignal;
}

/**
 * Runs one evaluation and reports it. Whatever the guest, its commands or this machine do is in the report; nothing is thrown for it. When
 * the promise settles, no process and no directory of the evaluation is left.
 *
 * The sandbox opens while the module compiles. A policy that allows no program needs no sandbox, so its evaluations run on a machine that
 * cannot isolate anything. Any other policy needs one: where it cannot be had the evaluation ends without a verdict, whether or not the
 * guest would have run a command, so that the outcome does not depend on what a guest happens to ask for.
 *
 * `timeoutMs` counts from the call of this function. When it has passed, guest and commands are killed, and a verdict
 * that comes all the same is none.
 */
export async function runEvaluation(
  services: EvaluationServices,
  request: EvaluationRequest,
  { signal: caller = new AbortController().signal }: EvaluationControl = {},
): Promise<EvaluationReport> {
  const startedAt = performance.now();
  const { policy, clock, identity } = request;
  const host = services.createSandboxHost({ policy, clock, identity });
  const sandboxFailed = new AbortController();
  const opened = host.prepare().catch(() => sandboxFailed.abort());
  const deadline = AbortSignal.timeout(request.timeoutMs);
  const signal = AbortSignal.any([caller, deadline, sandboxFailed.signal]);

  const [guest] = await Promise.allSettled([callGuest(services.runtime, host, request, signal)]);
  // Asked of the clock too: a timer can only fire when this thread has a moment for it.
  const late = deadline.aborted || performance.now() - startedAt >= request.timeoutMs;
  await opened;
  const [closed] = await Promise.allSettled([host.close()]);

  const ended: Ended = {
    guest,
    closed,
    host,
    deadline,
    late,
    cancelled: caller.aborted,
    timeoutMs: request.timeoutMs,
  };
  const ending = endingOf(ended);
  if (ending.kind === "failed" && ending.error.code === "INTERNAL") {
    services.logger.error({ err: faultOf(ended) }, "the evaluation failed");
  }
  const called = guest.status === "fulfilled" ? guest.value : null;
  return buildReport({ request, host, ending, called, durationMs: performance.now() - startedAt });
}

interface Ended {
  readonly guest: PromiseSettledResult<GuestCall>;
  readonly closed: PromiseSettledResult<void>;
  readonly host: SandboxHost;
  readonly deadline: AbortSignal;
  /** Whether the guest ended after the deadline, however it ended. */
  readonly late: boolean;
  readonly cancelled: boolean;
  readonly timeoutMs: number;
}

/** The one thing to report where several are true at once: a fault of ours before anything that the guest did. */
function endingOf({ guest, closed, host, deadline, late, cancelled, timeoutMs }: Ended): Ending {
  const failed = (error: ReportError): Ending => ({ kind: "failed", error });
  const tooLate: ReportError = {
    code: "DEADLINE",
    message: `the evaluation did not end within ${timeoutMs} ms`,
  };
  if (closed.status === "rejected") return failed(errorOfThrown(closed.reason));
  if (cancelled) return failed(CANCELLED);
  if (host.failure !== null) return failed(errorOfThrown(host.failure));
  if (guest.status === "rejected") {
    return failed(
      deadline.aborted && guest.reason === deadline.reason ? tooLate : errorOfThrown(guest.reason),
    );
  }
  const { result } = guest.value;
  if (result.kind === "verdict") {
    return late ? failed(tooLate) : { kind: "verdict", verdict: result.verdict };
  }
  // Nothing but the deadline is left that could have ended a guest from outside.
  return failed(result.kind === "cancelled" || result.kind === "deadline" ? tooLate : errorOfGuest(result));
}

/** What to look at when the ending is INTERNAL. */
function faultOf({ guest, closed, host }: Ended): unknown {
  if (closed.status === "rejected") return closed.reason;
  if (host.failure !== null) return host.failure;
  if (guest.status === "rejected") return guest.reason;
  return guest.value.result.kind === "host-failed" ? guest.value.result.error : null;
}
