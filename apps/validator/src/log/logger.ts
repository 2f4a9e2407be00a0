import { type LevelWithSilent, type Logger, pino, stdSerializers, stdTimeFunctions } from "pino";
import { renderLogLine } from "./log-line.ts";

/** The severities that `--log-level` takes, most talkative first. */
export const LOG_LEVELS = [
  "trace",
  "debug",
  "info",
  "warn",
  "error",
  "fatal",
  "silent",
] as const satisfies readonly LevelWithSilent[];

export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LoggerOptions {
  readonly level: LogLevel;
  /** `text` for people, one line of JSON per event for programs. */
  readonly format: "text" | "json";
  /** Whether errors are logged with their stacks and causes. */
  readonly stacks: boolean;
  /** Gets one complete line at a time. */
  readonly write: (line: string) => void;
}

/** The log of this process. Lines that a guest wrote have `source: "guest"`. */
export function createLogger({ level, format, stacks, write }: LoggerOptions): Logger {
  return pino<never>(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: stacks ? stdSerializers.errWithCause : withoutStack },
    },
    { write: format === "json" ? write : (line) => write(renderLogLine(line)) },
  );
}

function withoutStack(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const failure = "failure" in error ? { failure: error.failure } : {};
  return { type: error.name, message: error.message, ...failure };
}
