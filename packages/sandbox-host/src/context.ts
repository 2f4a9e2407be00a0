import type { CallerIdentity, HostCall } from "@assay/host-interface";
import type { PreparedPolicy } from "@assay/sandbox-policy";
import type { Logger } from "pino";
import type { SandboxClock } from "./clock.ts";
import type { SandboxSession } from "./sandbox-session.ts";
import type { EvaluationState } from "./state.ts";

/** What the handlers of one host share. A reset replaces `state` and `session`, and only while no handler is at work. */
export interface HostContext {
  readonly policy: PreparedPolicy;
  readonly clock: SandboxClock;
  readonly logger: Logger;
  /** What the host's maker knows about the caller; wins over what a call says. */
  readonly identity: Partial<CallerIdentity>;
  state: EvaluationState;
  session: SandboxSession;
}

/** The part of a call of `sandbox_exec` that the work on its request needs. */
export type ExecCall = Pick<HostCall, "abi" | "caller" | "signal">;

/** For whom a call is, as every log line about it says. */
export function callerOf(context: HostContext, call: Pick<HostCall, "caller">): CallerIdentity {
  return { ...call.caller, ...context.identity };
}
