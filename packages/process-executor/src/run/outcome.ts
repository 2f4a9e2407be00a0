import type { ApprovedPlan } from "@assay/sandbox-policy";
import type { GateRefusal } from "../bubblewrap/gate-script.ts";
import type { GateStatus } from "../bubblewrap/gate-status.ts";
import type { ProcessOutcome } from "../result.ts";
import type { EndCause } from "./deadline.ts";

/** Everything that was observed about the end of one run. */
export interface Observed {
  /** Why we ended it; `null` when it ended by itself. */
  readonly cause: EndCause | null;
  readonly status: GateStatus;
  /** The kernel's count of out-of-memory kills went up while the command ran. */
  readonly memoryKillSeen: boolean;
}

/** How shells word that no process was left for the command. */
const FORK_FAILURE = /fork/i;

/**
 * The one place where observations become an outcome. Pure.
 *
 * An exit status is reported only when the reaper reported it: a stream that ended, or a gate that vanished, never counts as an exit.
 */
export function outcomeOf(observed: Observed, limits: ApprovedPlan["limits"]): ProcessOutcome {
  const { cause, status } = observed;
  if (cause !== null) return endedByUs(cause, limits);
  if (status.refused !== null)
    return { kind: "spawn-failed", detail: describeRefusal(status.refused, status.messages) };
  if (status.ended !== null && "exitCode" in status.ended)
    return { kind: "exited", exitCode: status.ended.exitCode };
  const signal = status.ended?.signal ?? null;
  if ((signal === "SIGKILL" || signal === null) && observed.memoryKillSeen) return { kind: "out-of-memory" };
  if (signal !== null) return { kind: "signalled", signal };
  if (status.started && !status.messages.some((message) => FORK_FAILURE.test(message))) {
    return { kind: "signalled", signal: "SIGKILL" };
  }
  return {
    kind: "spawn-failed",
    detail: status.messages.join("; ") || "the sandbox ended before the command started",
  };
}

function endedByUs(cause: EndCause, limits: ApprovedPlan["limits"]): ProcessOutcome {
  switch (cause.kind) {
    case "timed-out":
      return { kind: "timed-out", timeoutMs: limits.timeoutMs };
    case "output-limit":
      return { kind: "output-limit", stream: cause.stream, maxOutputBytes: limits.maxOutputBytes };
    case "cancelled":
      return { kind: "cancelled" };
  }
}

function describeRefusal(refusal: GateRefusal, messages: readonly string[]): string {
  const said = messages.length === 0 ? "" : ` (${messages.join("; ")})`;
  switch (refusal) {
    case "resource-limits":
      return `a resource limit could not be set${said}`;
    case "working-directory":
      return `the working directory does not exist, or leads out of the sandbox's own${said}`;
    case "program":
      return `the program is not an executable file inside the sandbox${said}`;
  }
}
