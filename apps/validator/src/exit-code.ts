import type { Outcome } from "./outcome.ts";

/** The signals that end a run in good order, and the exit code that shells expect for each: 128 and its number. */
export const EXIT_CODE_OF_SIGNAL = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

export type TerminationSignal = keyof typeof EXIT_CODE_OF_SIGNAL;

/** Every exit code of `assay` and what it means. `assay --help` shows this table; there is no other place. */
export const EXIT_CODES: readonly ExitCode[] = [
  {
    exitCode: 0,
    outcomes: ["valid", "ready", "runnable"],
    meaning:
      "the submission is valid; for doctor: this machine can evaluate; for inspect: the module would be run",
  },
  { exitCode: 1, outcomes: ["not-valid"], meaning: "the submission is not valid" },
  {
    exitCode: 2,
    outcomes: ["misconfigured"],
    meaning: "wrong usage or configuration: a bad option, a file or policy that cannot be used",
  },
  {
    exitCode: 3,
    outcomes: ["guest-failed"],
    meaning: "the challenge failed: trap, deadline, fuel, memory, missing import, refused module",
  },
  {
    exitCode: 4,
    outcomes: ["isolation-unavailable"],
    meaning: "this machine cannot isolate the commands that the policy allows",
  },
  { exitCode: 70, outcomes: ["internal-error"], meaning: "a fault of assay itself, or of this machine" },
  {
    exitCode: EXIT_CODE_OF_SIGNAL.SIGINT,
    outcomes: ["cancelled"],
    meaning: "ended by SIGINT (129: SIGHUP, 143: SIGTERM), with everything cleaned up",
  },
];

interface ExitCode {
  readonly exitCode: number;
  readonly outcomes: readonly Outcome[];
  readonly meaning: string;
}

/** The exit code of a process before it knows better: a verdict must never be what is left when something breaks. */
export const EXIT_CODE_BEFORE_OUTCOME = 70;

/** The exit code of a run that ended with `outcome`; `signal` is what ended it, if one did. */
export function exitCodeOf(outcome: Outcome, signal: TerminationSignal | null): number {
  if (outcome === "cancelled" && signal !== null) return EXIT_CODE_OF_SIGNAL[signal];
  return EXIT_CODES.find((row) => row.outcomes.includes(outcome))?.exitCode ?? EXIT_CODE_BEFORE_OUTCOME;
}

/** The table for `--help`. */
export function exitCodeTable(): string {
  const rows = EXIT_CODES.map(({ exitCode, meaning }) => `  ${String(exitCode).padStart(3)}  ${meaning}`);
  return ["Exit codes:", ...rows].join("\n");
}
