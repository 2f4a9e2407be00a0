import type { ProcessResult } from "../../src/index.ts";

/** Signals that a shell names when they end its child, with the exit code that it folds them into. */
export const NAMED_SIGNALS = [
  { signal: "SIGSEGV", code: 139 },
  { signal: "SIGKILL", code: 137 },
  { signal: "SIGTERM", code: 143 },
  { signal: "SIGABRT", code: 134 },
  { signal: "SIGXCPU", code: 152 },
  { signal: "SIGUSR1", code: 138 },
] as const;

/** Everything that a run wrote, both streams. */
export function outcomeText(result: ProcessResult): string {
  return Buffer.concat([result.stdout.bytes, result.stderr.bytes]).toString("utf8");
}
