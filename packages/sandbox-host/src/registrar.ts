import {
  type CallerIdentity,
  type HostFunction,
  type HostFunctionRegistrar,
  PLATFORM_SANDBOX,
} from "@assay/host-interface";
import type { ProcessExecutor } from "@assay/process-executor";
import type { PreparedPolicy } from "@assay/sandbox-policy";
import type { Logger } from "pino";
import { createCallGate } from "./call-gate.ts";
import { checkClock, type SandboxClock } from "./clock.ts";
import type { HostContext } from "./context.ts";
import type { SandboxCounters } from "./counters.ts";
import { failEvaluation } from "./fail-evaluation.ts";
import { createGetTimestamp } from "./get-timestamp.ts";
import { createGuestOutput, type GuestStream } from "./guest-output.ts";
import { createLogMessage } from "./log-message.ts";
import type { CommandRecord, LogRecord } from "./records.ts";
import { createSandboxExec } from "./sandbox-exec.ts";
import { createSandboxSession } from "./sandbox-session.ts";
import { createSandboxStatus } from "./sandbox-status.ts";
import { createEvaluationState, type HostFailure } from "./state.ts";

/** 64 MiB: what is kept for a guest whose buffer was too small, when nobody says otherwise. */
export const DEFAULT_MAX_KEPT_REPLY_BYTES = 64 * 1024 * 1024;

/** What a sandbox host is made of. */
export interface SandboxHostOptions {
  readonly policy: PreparedPolicy;
  /** Runs what the policy allows. It stays the caller's: closing the host does not close it. */
  readonly executor: ProcessExecutor;
  /** The time that the guest sees. Default: `{ mode: "real" }`. */
  readonly clock?: SandboxClock;
  /** Gets the guest's log lines at the guest's severity, denials at info, commands at debug, and our failures at error. */
  readonly logger: Logger;
  /** Whatever of the caller's identity is known here; it wins over what the calls say, and is in every log line about them. */
  readonly identity?: Partial<CallerIdentity>;
  /** The largest answer that is kept for a retry, in bytes. A larger one is lost, as in the original, and a retry runs the command again. */
  readonly maxKeptReplyBytes?: number;
}

/** The `platform_sandbox` functions of one guest, and what is known about its evaluation. */
export interface SandboxHost extends HostFunctionRegistrar, AsyncDisposable {
  /**
   * Starts opening the sandbox while the guest still loads, so that its first command starts sooner. Does nothing when the policy allows
   * no program. Need not be awaited: a failure is never an unhandled rejection.
   *
   * @throws {ProcessExecutorError} what `executor.open` failed with; it is `failure` from then on.
   * @throws {SandboxHostError} `HOST_CLOSED`, or `CALL_IN_PROGRESS` during a reset.
   */
  prepare(): Promise<void>;
  /**
   * Why this host cannot run commands, or `null`. It is our failure, not the guest's: `sandbox_exec` throws it, at this call and at all
   * later ones, so that the runtime ends the guest. A reset clears it.
   */
  readonly failure: HostFailure | null;
  /** A copy of the evaluation's numbers. */
  counters(): SandboxCounters;
  /** A copy of the first 1000 records of commands, in the order in which they ended. */
  records(): readonly CommandRecord[];
  /** A copy of the lines that the guest logged, in order; bounded by the policy's `maxLogLines` and `maxLogBytes`. */
  logs(): readonly LogRecord[];
  /**
   * Logs what a guest built for WASI writes to its standard output (at info) or error (at warn), a line at a time, by the rules of
   * `log_message` and within its budget.
   */
  writeOutput(stream: GuestStream, bytes: Uint8Array): void;
  /** The guest writes no more: logs what it left without an end of line. */
  endOutput(): void;
  /**
   * Makes the host as new, for the next evaluation: ends a command that still runs, waits until it is gone, closes the sandbox, and zeroes
   * counters, budgets, records, logs, the kept answer and `failure`. Calls are refused until it is over.
   *
   * @throws {ProcessExecutorError} when the sandbox could not be closed cleanly; the host is as new all the same.
   * @throws {SandboxHostError} `HOST_CLOSED`.
   */
  reset(): Promise<void>;
  /**
   * Ends a command that still runs, waits until it is gone, and closes the sandbox. Counters, records and logs stay readable; calls are
   * refused from now on. Safe to call twice.
   *
   * @throws {ProcessExecutorError} when the sandbox could not be closed cleanly.
   */
  close(): Promise<void>;
}

/**
 * The registrar of `platform_sandbox` for one guest: `sandbox_exec`, `get_timestamp`, `log_message` and `sandbox_status`.
 *
 * One guest and one call at a time: a call while another is not over is refused with `CALL_IN_PROGRESS`, so two callers cannot share a
 * budget. Nothing is opened or started before `prepare` or the first allowed command.
 *
 * @throws {SandboxHostError} `CLOCK_NOT_EXACT`: a deterministic clock needs a safe integer. `CLOCK_INVALID`: it is wrong otherwise.
 */
export function createSandboxHost(options: SandboxHostOptions): SandboxHost {
  const { executor, policy, logger, identity = {} } = options;
  const { maxKeptReplyBytes = DEFAULT_MAX_KEPT_REPLY_BYTES } = options;
  const clock = checkClock(options.clock ?? { mode: "real" });
  const gate = createCallGate();
  const newState = () => createEvaluationState(clock, maxKeptReplyBytes);
  const newSession = () => createSandboxSession(executor, policy);
  const context: HostContext = {
    policy,
    clock,
    logger,
    identity,
    state: newState(),
    session: newSession(),
  };
  let output = createGuestOutput(context);
  const oneAtATime = (hostFunction: HostFunction): HostFunction => ({
    ...hostFunction,
    handle: (call) => gate.enter(hostFunction.name, () => hostFunction.handle(call)),
  });
  let closed: Promise<void> | null = null;

  const host: SandboxHost = {
    name: PLATFORM_SANDBOX.module,
    functions: [
      createSandboxExec(context),
      createGetTimestamp(context),
      createLogMessage(context),
      createSandboxStatus(),
    ].map(oneAtATime),
    get failure() {
      return context.state.failure;
    },
    prepare() {
      const prepared = openAhead();
      // Whoever does not wait for this learns of a failure from the first command, or from `failure`.
      prepared.catch(() => {});
      return prepared;
    },
    counters: () => ({ ...context.state.counters }),
    records: () => [...context.state.commands],
    logs: () => [...context.state.logs],
    writeOutput: (stream, bytes) => output.write(stream, bytes),
    endOutput: () => output.end(),
    async reset() {
      gate.check("reset");
      context.state.over.abort();
      await gate.exclusive("reset", async () => {
        const { session } = context;
        context.state = newState();
        context.session = newSession();
        output = createGuestOutput(context);
        await session.close();
      });
    },
    close() {
      closed ??= closeOnce();
      return closed;
    },
    [Symbol.asyncDispose]: () => host.close(),
  };
  return host;

  async function openAhead(): Promise<void> {
    gate.check("prepare");
    if (policy.programs.length === 0) return;
    const { state, session } = context;
    try {
      await session.open();
    } catch (error) {
      throw failEvaluation(state, logger, error);
    }
  }

  function closeOnce(): Promise<void> {
    gate.close();
    context.state.over.abort();
    return gate.exclusive("close", () => context.session.close());
  }
}
