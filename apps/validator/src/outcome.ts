/**
 * How a run of `assay` ended. Closed; each has one exit code, see `EXIT_CODES`.
 *
 * - `valid`, `not-valid`: the challenge gave a verdict.
 * - `ready`: `assay doctor` found everything that an evaluation needs.
 * - `runnable`: `assay inspect` found nothing in a module that would keep it from being run.
 * - `misconfigured`: wrong usage, or a file or policy that is missing, unreadable or wrong. Nothing ran.
 * - `guest-failed`: the challenge gave no verdict: it trapped, ran out of time or memory, or could not be loaded.
 * - `isolation-unavailable`: this machine cannot isolate the commands that the policy allows.
 * - `internal-error`: a fault of Assay, or of the machine it runs on.
 * - `cancelled`: a signal, or the caller, ended it.
 */
export const OUTCOMES = [
  "valid",
  "not-valid",
  "ready",
  "runnable",
  "misconfigured",
  "guest-failed",
  "isolation-unavailable",
  "internal-error",
  "cancelled",
] as const;

export type Outcome = (typeof OUTCOMES)[number];

/**
 * Why a run ended without a verdict, and which outcome that is. The code is API; nothing else decides the outcome of a
 * run that failed.
 */
export const OUTCOME_OF_ERROR = {
  USAGE: "misconfigured",
  FILE_MISSING: "misconfigured",
  FILE_UNREADABLE: "misconfigured",
  FILE_NOT_REGULAR: "misconfigured",
  INPUT_TOO_LARGE: "misconfigured",
  POLICY_MISSING: "misconfigured",
  POLICY_UNREADABLE: "misconfigured",
  POLICY_INVALID: "misconfigured",
  POLICY_UNUSABLE: "misconfigured",
  POLICY_PERMISSIVE: "misconfigured",
  ENGINE_UNSUPPORTED: "misconfigured",
  MODULE_REFUSED: "guest-failed",
  LINK_FAILED: "guest-failed",
  MISSING_EXPORT: "guest-failed",
  START_SUSPENDED: "guest-failed",
  ALLOCATION_FAILED: "guest-failed",
  TRAP: "guest-failed",
  DEADLINE: "guest-failed",
  EXITED: "guest-failed",
  OUT_OF_FUEL: "guest-failed",
  OUT_OF_CPU_TIME: "guest-failed",
  STACK_EXHAUSTED: "guest-failed",
  UNRESPONSIVE: "guest-failed",
  OUT_OF_MEMORY: "guest-failed",
  BAD_RESULT: "guest-failed",
  ISOLATION_UNAVAILABLE: "isolation-unavailable",
  INHERITED_DESCRIPTOR: "isolation-unavailable",
  PROGRAM_CHANGED: "internal-error",
  WORK_DIRECTORY_FAILED: "internal-error",
  MEMORY_UNAVAILABLE: "internal-error",
  INTERNAL: "internal-error",
  CANCELLED: "cancelled",
} as const satisfies Record<string, Exclude<Outcome, "valid" | "not-valid" | "ready" | "runnable">>;

export type ErrorCode = keyof typeof OUTCOME_OF_ERROR;
