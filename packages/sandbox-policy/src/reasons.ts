import type { CommandNameProblem } from "./command-name.ts";
import type { EnvironmentNameProblem } from "./environment-name.ts";
import type { TextProblem } from "./text.ts";
import type { WorkingDirectoryProblem } from "./work-directory.ts";

/** A budget of a whole evaluation that can stop a command. */
export type CommandBudget = "executions" | "totalTimeMs" | "totalOutputBytes";

/** What is wrong with the value of an environment variable. */
export type ValueProblem = TextProblem | "shell-function" | "too-long";

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
 * Why a command may not run. `code` is API. The facts are small and serialisable; those that repeat what the request
 * said are cut to 256 characters and otherwise as they came: use `explainReason` to show them to people.
 */
export type DenyReason =
  /** The request does not have the shape of a `CommandRequest`; `field` is where. */
  | { readonly code: "REQUEST_MALFORMED"; readonly field: string }
  | { readonly code: "PROGRAM_MALFORMED"; readonly command: string; readonly problem: CommandNameProblem }
  | { readonly code: "PROGRAM_NOT_LISTED"; readonly command: string }
  /** `entry` of `blockedCommands` forbids `file`: the program itself or, for a script, an interpreter of it. */
  | {
      readonly code: "PROGRAM_BLOCKED";
      readonly command: string;
      readonly entry: string;
      readonly by: "name" | "file" | "contents";
      readonly file: string | null;
    }
  | { readonly code: "ARGUMENTS_TOO_MANY"; readonly count: number; readonly maximum: number }
  | { readonly code: "ARGUMENTS_TOO_LARGE"; readonly maximumBytes: number }
  /** Longer than Linux can pass in one argument (131 071 bytes), whatever the policy says. */
  | { readonly code: "ARGUMENT_TOO_LONG"; readonly index: number; readonly maximumBytes: number }
  | { readonly code: "ARGUMENT_MALFORMED"; readonly index: number; readonly problem: TextProblem }
  | { readonly code: "ENV_TOO_MANY"; readonly count: number; readonly maximum: number }
  | { readonly code: "ENV_TOO_LARGE"; readonly maximumBytes: number }
  | { readonly code: "ENV_NAME_MALFORMED"; readonly name: string; readonly problem: EnvironmentNameProblem }
  /** The request sets it twice, or sets another that differs only in case. */
  | { readonly code: "ENV_DUPLICATE"; readonly name: string }
  | { readonly code: "ENV_NOT_ALLOWED"; readonly name: string }
  /** Refused whether it is listed or not, because it `why`. Only a rule can set it, by pinning its value. */
  | { readonly code: "ENV_DANGEROUS"; readonly name: string; readonly why: string }
  /** The rule pins the variable, and the request asks for another value. */
  | { readonly code: "ENV_VALUE_PINNED"; readonly name: string }
  | {
      readonly code: "ENV_VALUE_MALFORMED";
      readonly name: string;
      readonly problem: ValueProblem;
    }
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
  /** A check itself failed. That is our fault, and it denies all the same. */
  | { readonly code: "CHECK_FAILED"; readonly check: CheckName };
