import type { CommandNameProblem } from "./command-name.ts";

/** A budget of a whole evaluation that can stop a command. */
export type CommandBudget = "executions" | "totalTimeMs" | "totalOutputBytes";

/** What is wrong with a working directory that a request names. */
export type WorkingDirectoryProblem =
  | "empty"
  | "too-long"
  | "not-unicode"
  | "control-character"
  | "backslash"
  | "parent-segment"
  | "outside";

/** What is wrong with the name of an environment variable. */
export type EnvironmentNameProblem = "empty" | "too-long" | "reserved" | "not-a-name";

/** What is wrong with text that is handed to a process. */
export type TextProblem = "nul" | "not-unicode" | "shell-function";

/** The checks of `decide`, in the order in which their reasons are reported. */
export type CheckName =
  | "request"
  | "program"
  | "arguments"
  | "environment"
  | "working-directory"
  | "limits"
  | "budget"
  | "plan";

/**
 * Why a command may not run. `code` is stable; the facts are small, serialisable, and cut to 256 characters where
 * they repeat what the request said, byte for byte: use `explainReason` before you show them to anybody.
 */
export type DenyReason =
  /** The request is not a `CommandRequest` at all. */
  | { readonly code: "REQUEST_MALFORMED"; readonly field: string }
  | { readonly code: "PROGRAM_MALFORMED"; readonly command: string; readonly problem: CommandNameProblem }
  | { readonly code: "PROGRAM_NOT_LISTED"; readonly command: string }
  /** `entry` is the line of `blockedCommands`; `path` is the file that it forbids, which may be an interpreter. */
  | {
      readonly code: "PROGRAM_BLOCKED";
      readonly command: string;
      readonly entry: string;
      readonly by: "name" | "file" | "contents";
      readonly path: string | null;
    }
  | { readonly code: "ARGUMENTS_TOO_MANY"; readonly count: number; readonly maximum: number }
  | { readonly code: "ARGUMENTS_TOO_LARGE"; readonly maximumBytes: number }
  /** One argument is longer than Linux can pass (131 071 bytes), whatever the policy says. */
  | { readonly code: "ARGUMENT_TOO_LONG"; readonly index: number; readonly maximumBytes: number }
  | { readonly code: "ARGUMENT_MALFORMED"; readonly index: number; readonly problem: TextProblem }
  | { readonly code: "ENV_TOO_MANY"; readonly count: number; readonly maximum: number }
  | { readonly code: "ENV_TOO_LARGE"; readonly maximumBytes: number }
  | {
      readonly code: "ENV_NAME_MALFORMED";
      readonly index: number;
      readonly name: string;
      readonly problem: EnvironmentNameProblem;
    }
  | { readonly code: "ENV_DUPLICATE"; readonly index: number; readonly name: string }
  | { readonly code: "ENV_NOT_ALLOWED"; readonly name: string }
  /** The variable can make a program load or run something else; `why` says how. Being whitelisted does not help. */
  | { readonly code: "ENV_DANGEROUS"; readonly name: string; readonly why: string }
  /** The rule pins the variable, and the request asks for another value. */
  | { readonly code: "ENV_VALUE_PINNED"; readonly name: string }
  | { readonly code: "ENV_VALUE_MALFORMED"; readonly name: string; readonly problem: TextProblem }
  | {
      readonly code: "WORKING_DIRECTORY_REFUSED";
      readonly workingDirectory: string;
      readonly problem: WorkingDirectoryProblem;
    }
  | { readonly code: "STDIN_TOO_LARGE"; readonly bytes: number; readonly maximumBytes: number }
  | {
      readonly code: "BUDGET_EXHAUSTED";
      readonly budget: CommandBudget;
      readonly spent: number;
      readonly maximum: number;
    }
  /** A check itself failed. That is our fault, and it denies. */
  | { readonly code: "CHECK_FAILED"; readonly check: CheckName };
