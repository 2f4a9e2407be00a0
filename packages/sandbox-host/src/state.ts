import type { ProcessExecutorError } from "@assay/process-executor";
import type { BudgetSpent } from "@assay/sandbox-policy";
import { type EvaluationClock, type SandboxClock, startClock } from "./clock.ts";
import { type MutableCounters, zeroCounters } from "./counters.ts";
import type { SandboxHostError } from "./errors.ts";
import { createKeptReply, type KeptReply } from "./kept-reply.ts";
import { type CommandRecord, type LogRecord, MAX_COMMAND_RECORDS } from "./records.ts";

/** Everything that a host knows about the evaluation in progress. A reset replaces it whole. */
export interface EvaluationState {
  readonly clock: EvaluationClock;
  readonly counters: MutableCounters;
  /** What counts against the policy's budget. */
  readonly spent: { -readonly [Name in keyof BudgetSpent]: number };
  readonly keptReply: KeptReply;
  readonly commands: CommandRecord[];
  readonly logs: LogRecord[];
  /** Aborted when the evaluation is over for the host, whatever the guest does. */
  readonly over: AbortController;
  /** What ended the evaluation without being the guest's doing. */
  failure: HostFailure | null;
}

/** Why no command can be run: a `SandboxHostError` only when the executor broke its own contract. */
export type HostFailure = ProcessExecutorError | SandboxHostError;

/** The state before the first call. */
export function createEvaluationState(clock: SandboxClock, maxKeptReplyBytes: number): EvaluationState {
  return {
    clock: startClock(clock),
    counters: zeroCounters(),
    spent: { executions: 0, totalTimeMs: 0, totalOutputBytes: 0, logLines: 0, logBytes: 0 },
    keptReply: createKeptReply(maxKeptReplyBytes),
    commands: [],
    logs: [],
    over: new AbortController(),
    failure: null,
  };
}

/** Keeps `record` while there is room. `false`: it was only counted. */
export function addCommandRecord(state: EvaluationState, record: CommandRecord): boolean {
  if (state.commands.length >= MAX_COMMAND_RECORDS) {
    state.counters.recordsOmitted += 1;
    return false;
  }
  state.commands.push(record);
  return true;
}
