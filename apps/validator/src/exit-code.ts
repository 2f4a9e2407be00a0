import type { Outcome } from "./outcome.ts";

/** The signals that end a run in good order, and the exit code that shells expect for each: 128 and its number. */
export const EXIT_CODE_OF_SIGNAL = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

export type TerminationSignal = keyof typeof EXIT_CODE_OF_SIGNAL;

/** Every exit code of `assay` and what it means. `assay --help` shows this table; there is no other place. */
export const EXIT_CODES = [
  { exitCode: 0, outcome: "valid", meaning: "the submission is valid" },
  { exitCode: 0, outcome: "ready", meaning: "doctor: this machine can evaluate" },
  { exitCode: 1, outcome: "not-valid", meaning: "the submission is not valid" },
  {
    exitCode: 2,
    outcome: "misconfigured",
    meaning: "wrong usage or configuration: a bad option, a file or policy that cannot be used",
  },
  {
    exitCode: 3,
    outcome: "guest-failed",
    meaning: "the challenge failed: trap, deadline, memory, missing import, refused module",
  },
  {
    exitCode: 4,
    outcome: "isolation-unavailable",
    meaning: "this machine cannot isolate the commands that the policy allows",
  },
  { exitCode: 70, outcome: "internal-error", meaning: "a fault of assay itself, or of this machine" },
  {
    exitCode: EXIT_CODE_OF_SIGNAL.SIGINT,
    outcome: "cancelled",
    meaning: "ended by SIGINT (129: SIGHUP, 143: SIGTERM), with everything cleaned up",
  },
] as const satisfies readonly {
  readonly exitCode: number;
  readonly outcome: Outcome;
  readonly meaning: string;
}[];

/** The exit code of a process before it knows better: a verdict must never be what is left when something breaks. */
export const EXIT_CODE_BEFORE_OUTCOME = 70;

/** The exit code of a run that ended with `outcome`; `signal` is what ended it, if one did. */
export function exitCodeOf(outcome: Outcome, signal: TerminationSignal | null): number {
  if (outcome === "cancelled" && signal !== null) return EXIT_CODE_OF_SIGNAL[signal];
  return EXIT_CODES.find((row) => row.outcome === outcome)?.exitCode ?? EXIT_CODE_BEFORE_OUTCOME;
}

/** The table for `--help`. */
export function exitCodeTable(): string {
  const rows = EXIT_CODES.map(({ exitCode, meaning }) => `  ${String(exitCode).padStart(3)}  ${meaning}`);
  return ["Exit codes:", ...rows].join("\n");
}
