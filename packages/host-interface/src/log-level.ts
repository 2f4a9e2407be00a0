import type { AbiLevel } from "./abi.ts";

/** The severity of a guest's log line, lowest first. */
export type LogLevelName = "trace" | "debug" | "info" | "warn" | "error";

/** The numbers that `log_message` knows at each level: the index is the number. */
export const LOG_LEVELS = {
  head: ["info", "warn", "error"],
  pr33: ["trace", "debug", "info", "warn", "error"],
} as const satisfies Readonly<Record<AbiLevel, readonly LogLevelName[]>>;

/**
 * The severity that a guest means by `code`. A number the level does not know is `error` at head and `info` at pr33,
 * negative ones included.
 */
export function logLevelName(level: AbiLevel, code: number): LogLevelName {
  const unknown = level === "head" ? "error" : "info";
  return LOG_LEVELS[level][code] ?? unknown;
}
