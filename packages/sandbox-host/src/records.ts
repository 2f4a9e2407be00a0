import type { LogLevelName } from "@assay/host-interface";
import type { ProcessOutcome, ProcessResult } from "@assay/process-executor";
import { type DenyReason, explainReason } from "@assay/sandbox-policy";
import { cut, shortPrintableText } from "./printable-text.ts";

/** How many command records one evaluation keeps; a guest can ask for any number of commands that are denied. */
export const MAX_COMMAND_RECORDS = 1000;

const MAX_PROGRAM_CHARACTERS = 256;
const MAX_ARGUMENTS = 64;
const MAX_ARGUMENT_CHARACTERS = 4096;
const MAX_REASONS = 16;
const MAX_TEXT_CHARACTERS = 512;

/** What a request named, as the guest wrote it but shortened. It may hold any character: escape it before you show it. */
export interface RecordedCommand {
  /** At most 256 UTF-16 units. */
  readonly program: string;
  /** The first arguments: at most 64 of them, at most 4096 UTF-16 units in all, the last one perhaps cut. */
  readonly args: readonly string[];
  /** How many arguments are not in `args`. */
  readonly argsOmitted: number;
}

/** A command that ran, or could not be started. */
export interface RanCommandRecord extends RecordedCommand {
  readonly outcome: ProcessOutcome["kind"];
  /** `null` unless `outcome` is `exited`. */
  readonly exitCode: number | null;
  /** `null` unless `outcome` is `signalled`. */
  readonly signal: NodeJS.Signals | null;
  /** What the executor says about `spawn-failed`, escaped; `null` for other outcomes. For operators: it is never told to the guest. */
  readonly detail: string | null;
  /** Bytes that the operating system took for standard input. */
  readonly stdinBytes: number;
  /** Bytes that the command wrote, kept or not. */
  readonly stdoutBytes: number;
  readonly stderrBytes: number;
  /** Whether bytes of either stream were lost to a limit. */
  readonly truncated: boolean;
  /** Measured wall clock, also when the guest's clock is deterministic. */
  readonly durationMs: number;
  /** SHA-256 of the approved plan: it covers the complete arguments, environment and limits. */
  readonly planSha256: string;
}

/** One reason of a denial. */
export interface RecordedReason {
  /** The code and its facts, as `decide` gave them. */
  readonly reason: DenyReason;
  /** The same as a sentence, escaped; at most 512 characters. May name files of the host: it is for operators. */
  readonly text: string;
}

/** A command that the policy refused. Nothing ran. */
export interface DeniedCommandRecord extends RecordedCommand {
  readonly outcome: "denied";
  /** The first reasons, at most 16. */
  readonly reasons: readonly RecordedReason[];
  readonly reasonsOmitted: number;
}

/** A request that could not be read or decoded, so it names no command. Nothing ran. */
export interface UnreadableCommandRecord {
  readonly outcome: "unreadable" | "malformed";
  /** The error text that the guest received. */
  readonly text: string;
}

/** One call of `sandbox_exec`, for the report of an evaluation. */
export type CommandRecord = RanCommandRecord | DeniedCommandRecord | UnreadableCommandRecord;

/** One line that a guest logged. */
export interface LogRecord {
  readonly level: LogLevelName;
  /** Lossy UTF-8, cut to the limits and escaped by `printableText`. */
  readonly message: string;
  /** How many bytes at the end of the guest's text are not in `message`. */
  readonly droppedBytes: number;
}

/** The names in a request, shortened to what a report can hold. */
export function recordedCommand(program: string, args: readonly string[]): RecordedCommand {
  const shown: string[] = [];
  let room = MAX_ARGUMENT_CHARACTERS;
  for (const argument of args.slice(0, MAX_ARGUMENTS)) {
    if (room <= 0) break;
    shown.push(cut(argument, room));
    room -= Math.max(1, argument.length);
  }
  return {
    program: cut(program, MAX_PROGRAM_CHARACTERS),
    args: shown,
    argsOmitted: args.length - shown.length,
  };
}

/** The record of a command that was given to the executor. */
export function ranRecord(command: RecordedCommand, result: ProcessResult): RanCommandRecord {
  const { outcome } = result;
  return {
    ...command,
    outcome: outcome.kind,
    exitCode: outcome.kind === "exited" ? outcome.exitCode : null,
    signal: outcome.kind === "signalled" ? outcome.signal : null,
    detail: outcome.kind === "spawn-failed" ? shortPrintableText(outcome.detail, MAX_TEXT_CHARACTERS) : null,
    stdinBytes: result.stdin.writtenBytes,
    stdoutBytes: result.stdout.seenBytes,
    stderrBytes: result.stderr.seenBytes,
    truncated: result.stdout.truncated || result.stderr.truncated,
    durationMs: result.durationMs,
    planSha256: result.planSha256,
  };
}

/** The record of a command that the policy refused. */
export function deniedRecord(command: RecordedCommand, reasons: readonly DenyReason[]): DeniedCommandRecord {
  const shown = reasons.slice(0, MAX_REASONS);
  return {
    ...command,
    outcome: "denied",
    reasons: shown.map((reason) => ({
      reason,
      text: shortPrintableText(explainReason(reason), MAX_TEXT_CHARACTERS),
    })),
    reasonsOmitted: reasons.length - shown.length,
  };
}
