import type { SandboxExecAnswer } from "@assay/host-interface";
import type { ProcessOutcome, ProcessResult } from "@assay/process-executor";
import { type ApprovedPlan, type CommandRequest, decide } from "@assay/sandbox-policy";
import { callerOf, type ExecCall, type HostContext } from "./context.ts";
import type { SandboxCounters } from "./counters.ts";
import { failEvaluation } from "./fail-evaluation.ts";
import { answerForGuest, CANCELLED } from "./outcome.ts";
import { printableText } from "./printable-text.ts";
import { ranRecord, recordedCommand } from "./records.ts";
import { addCommandRecord, type EvaluationState } from "./state.ts";

/** A request that was allowed, and the plan it became. */
export interface ApprovedRequest {
  readonly request: CommandRequest;
  readonly stdin: Uint8Array | null;
  readonly plan: ApprovedPlan;
}

/**
 * Runs an approved plan in the evaluation's sandbox and accounts for it. Settles only when the command is gone, also when the guest
 * has ended meanwhile.
 *
 * @throws {ProcessExecutorError} and {SandboxHostError} `EXECUTOR_FAILED`, noted as the evaluation's failure before.
 */
export async function runPlan(
  context: HostContext,
  call: ExecCall,
  approved: ApprovedRequest,
): Promise<SandboxExecAnswer> {
  const { state, logger } = context;
  const { request, plan } = approved;
  state.counters.approved += 1;
  const result = await execute(context, call, approved);
  if (result === null) return CANCELLED;
  account(state, result);
  const record = ranRecord(recordedCommand(request.command, request.args), result);
  addCommandRecord(state, record);
  const { outcome, exitCode, durationMs, planSha256 } = record;
  const program = printableText(record.program);
  logger.debug(
    { ...callerOf(context, call), program, outcome, exitCode, durationMs, planSha256 },
    "command ran",
  );
  return answerForGuest(result, {
    durationMs: state.clock.commandTookMs(result.durationMs),
    timeoutMs: timeoutForGuest(context, approved),
    workingDirectory: plan.workingDirectory,
  });
}

/** `null`: the guest ended while the sandbox was opening, and nothing was started. */
async function execute(
  { state, session, logger }: HostContext,
  call: ExecCall,
  { stdin, plan }: ApprovedRequest,
): Promise<ProcessResult | null> {
  const signal = AbortSignal.any([call.signal, state.over.signal]);
  try {
    const sandbox = await session.open();
    if (signal.aborted) return null;
    state.counters.started += 1;
    state.spent.executions += 1;
    return await sandbox.run(plan, { stdin, signal });
  } catch (error) {
    throw failEvaluation(state, logger, error);
  }
}

const COUNTER_OF_OUTCOME = {
  exited: "exited",
  signalled: "killed",
  "timed-out": "timedOut",
  "output-limit": "outputLimited",
  "out-of-memory": "outOfMemory",
  cancelled: "cancelled",
  "spawn-failed": "failed",
} as const satisfies Record<ProcessOutcome["kind"], keyof SandboxCounters>;

function account({ counters, spent }: EvaluationState, result: ProcessResult): void {
  const { outcome, stdout, stderr, stdin } = result;
  counters.finished += 1;
  counters[COUNTER_OF_OUTCOME[outcome.kind]] += 1;
  if (stdout.truncated || stderr.truncated) counters.truncated += 1;
  counters.stdinBytes += stdin.writtenBytes;
  counters.stdoutBytes += stdout.seenBytes;
  counters.stderrBytes += stderr.seenBytes;
  spent.totalTimeMs += Math.ceil(result.durationMs);
  spent.totalOutputBytes += stdout.bytes.length + stderr.bytes.length;
}

/**
 * The timeout that a guest is told. Near the end of the time budget the plan's timeout is what the budget has left: a measured number,
 * and so a clock. With a deterministic clock the guest is told the timeout that the same request has in a fresh evaluation.
 */
function timeoutForGuest({ clock, policy }: HostContext, { request, plan }: ApprovedRequest): bigint {
  if (clock.mode === "real") return BigInt(plan.limits.timeoutMs);
  const fresh = decide(policy, request);
  return BigInt(fresh.outcome === "allow" ? fresh.plan.limits.timeoutMs : plan.limits.timeoutMs);
}
