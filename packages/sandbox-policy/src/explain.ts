import type { CommandNameProblem } from "./command-name.ts";
import type { Decision } from "./decide.ts";
import type { EnvironmentNameProblem } from "./environment-name.ts";
import { printable } from "./printable.ts";
import type { CommandBudget, DenyReason, ValueProblem } from "./reasons.ts";
import type { WorkingDirectoryProblem } from "./work-directory.ts";

/**
 * One sentence for people: what was refused and, where somebody can do something about it, what. What the request said
 * is quoted and escaped: no control, format or line-separator character of it is in the sentence.
 */
export function explainReason(reason: DenyReason): string {
  switch (reason.code) {
    case "REQUEST_MALFORMED":
      return `the request's ${printable(reason.field)} does not have the right type`;
    case "PROGRAM_MALFORMED":
      return `the command ${printable(reason.command)} ${COMMAND[reason.problem]}; ask for a program by its bare name or its absolute path`;
    case "PROGRAM_NOT_LISTED":
      return `no entry of allowedCommands has the name or path ${printable(reason.command)}; add it there if it should run`;
    case "PROGRAM_BLOCKED":
      return `${printable(reason.command)} is refused by ${printable(reason.entry)} in blockedCommands${blockedBy(reason)}`;
    case "ARGUMENTS_TOO_MANY":
      return `there are ${reason.count} arguments; maxArguments is ${reason.maximum}`;
    case "ARGUMENTS_TOO_LARGE":
      return `the arguments together are larger than maxArgumentBytes, ${reason.maximumBytes}`;
    case "ARGUMENT_TOO_LONG":
      return `argument ${reason.index + 1} is longer than ${reason.maximumBytes} bytes, the most that Linux passes; send it through standard input`;
    case "ARGUMENT_MALFORMED":
      return `argument ${reason.index + 1} ${TEXT[reason.problem]}`;
    case "ENV_TOO_MANY":
      return `there are ${reason.count} environment variables; maxEnvironmentVariables is ${reason.maximum}`;
    case "ENV_TOO_LARGE":
      return `the environment variables together are larger than maxEnvironmentBytes, ${reason.maximumBytes}`;
    case "ENV_NAME_MALFORMED":
      return `the environment variable ${printable(reason.name)} ${VARIABLE[reason.problem]}`;
    case "ENV_DUPLICATE":
      return `the environment variable ${printable(reason.name)} is set twice, or another differs from it only in case`;
    case "ENV_NOT_ALLOWED":
      return `the environment variable ${printable(reason.name)} is not in environmentWhitelist`;
    case "ENV_DANGEROUS":
      return `the environment variable ${printable(reason.name)} may not be chosen by a request, because it ${reason.why}; pin its value in a rule if the program needs it`;
    case "ENV_VALUE_PINNED":
      return `the environment variable ${printable(reason.name)} has a fixed value for this program; leave it out`;
    case "ENV_VALUE_MALFORMED":
      return `the value of the environment variable ${printable(reason.name)} ${TEXT[reason.problem]}`;
    case "WORKING_DIRECTORY_REFUSED":
      return `the working directory ${printable(reason.workingDirectory)} ${DIRECTORY[reason.problem]}`;
    case "STDIN_TOO_LARGE":
      return `standard input has ${reason.bytes} bytes; maxStdinBytes is ${reason.maximumBytes}`;
    case "BUDGET_EXHAUSTED":
      return `the evaluation has used up ${BUDGET[reason.budget]}: ${reason.spent} of ${reason.maximum}`;
    case "CHECK_FAILED":
      return `the ${reason.check} check itself failed, so nothing runs; this is a fault of the host`;
  }
}

/** The whole decision in lines for people: the verdict, and below it one line for each reason. */
export function explainDecision(decision: Decision): string {
  if (decision.outcome === "deny")
    return ["denied:", ...decision.reasons.map((reason) => `- ${explainReason(reason)}`)].join("\n");
  const { program, args, workingDirectory } = decision.plan;
  const words = [program.path, ...args].map((word) => printable(word)).join(" ");
  return `allowed: ${words} in ${printable(workingDirectory)}`;
}

function blockedBy({ by, file }: Extract<DenyReason, { code: "PROGRAM_BLOCKED" }>): string {
  if (file === null) return "";
  const what = { name: "is or leads to", file: "is the same file as", contents: "is a copy of" }[by];
  return `: ${printable(file)}, which it runs, ${what} what that entry names`;
}

const COMMAND: Readonly<Record<CommandNameProblem, string>> = {
  empty: "is empty",
  "too-long": "is too long",
  "not-unicode": "is not valid Unicode",
  "control-character": "has a control character",
  "outer-space": "begins or ends with a space",
  option: "begins with a dash",
  assignment: "has an equals sign",
  "relative-path": "is a relative path",
  "unclean-path": "is a path with an empty, . or .. segment",
};

const TEXT: Readonly<Record<ValueProblem, string>> = {
  nul: "has a NUL character, which no process can receive",
  "not-unicode": "is not valid Unicode",
  "shell-function": "begins with (), which old shells run as code",
  "too-long": "is longer than Linux passes",
};

const VARIABLE: Readonly<Record<EnvironmentNameProblem, string>> = {
  empty: "has no name",
  "too-long": "has a name that is too long",
  reserved: "has a name that is reserved",
  "not-a-name": "has a name with something other than letters, digits and _, or begins with a digit",
};

const DIRECTORY: Readonly<Record<WorkingDirectoryProblem, string>> = {
  empty: "is empty; leave it out to start in the policy's",
  "too-long": "is too long",
  "not-unicode": "is not valid Unicode",
  "control-character": "has a control character",
  backslash: "has a backslash",
  "parent-segment": "has a .. segment",
  outside: "is outside the policy's working directory; use a relative path",
};

const BUDGET: Readonly<Record<CommandBudget, string>> = {
  executions: "its commands",
  totalTimeMs: "its milliseconds of running commands",
  totalOutputBytes: "its bytes of output",
};
