import { explainProblem, type PolicyIssue, type PolicyProblem } from "@assay/sandbox-policy";
import type { ErrorCode } from "./outcome.ts";

/** What an input is to the evaluation, as its errors name it. */
export type InputName = "challenge" | "submission" | "params" | "policy";

/** What is wrong with the request for an evaluation. Nothing ran. */
export type ValidatorFailure =
  | { readonly code: "USAGE"; readonly problems: readonly string[] }
  | { readonly code: "FILE_MISSING"; readonly input: InputName; readonly path: string }
  | {
      readonly code: "FILE_UNREADABLE";
      readonly input: InputName;
      readonly path: string;
      readonly detail: string;
    }
  | {
      readonly code: "FILE_NOT_REGULAR";
      readonly input: InputName;
      readonly path: string;
      readonly kind: FileKind;
    }
  | {
      readonly code: "INPUT_TOO_LARGE";
      readonly input: InputName;
      readonly path: string;
      readonly maxBytes: number;
    }
  | { readonly code: "POLICY_MISSING" | "POLICY_UNREADABLE"; readonly reason: string }
  | { readonly code: "POLICY_INVALID"; readonly path: string; readonly issues: readonly PolicyIssue[] }
  | {
      readonly code: "POLICY_UNUSABLE";
      readonly path: string | null;
      readonly problems: readonly PolicyProblem[];
    }
  | { readonly code: "POLICY_PERMISSIVE"; readonly path: string };

/** What a path can name that is no regular file. */
export type FileKind = "directory" | "pipe" | "device" | "socket";

/** Thrown for what the caller got wrong. `failure` is stable, the message is for people. */
export class ValidatorError extends Error {
  override readonly name = "ValidatorError";
  readonly failure: ValidatorFailure & { readonly code: ErrorCode };

  constructor(failure: ValidatorFailure, options?: ErrorOptions) {
    super(describe(failure), options);
    this.failure = failure;
  }
}

function describe(failure: ValidatorFailure): string {
  switch (failure.code) {
    case "USAGE":
      return failure.problems.join("; ");
    case "FILE_MISSING":
      return `${place(failure)}: there is no such file; ${missingAdvice(failure.path)}`;
    case "FILE_UNREADABLE":
      return `${place(failure)} cannot be read: ${failure.detail}`;
    case "FILE_NOT_REGULAR":
      return `${place(failure)} is a ${failure.kind}, and only a regular file is read${kindAdvice(failure)}`;
    case "INPUT_TOO_LARGE":
      return `${place(failure)} is larger than ${failure.maxBytes} bytes, the most that is read`;
    case "POLICY_MISSING":
    case "POLICY_UNREADABLE":
      return failure.reason;
    case "POLICY_INVALID":
      return [
        `the policy ${failure.path} is not valid:`,
        ...failure.issues.map(
          ({ place, line, message }) =>
            `${line === null ? "" : `line ${line}: `}${place || "the policy"} ${message}`,
        ),
      ].join("\n- ");
    case "POLICY_UNUSABLE":
      return [
        `the policy ${failure.path ?? "(default)"} cannot be used on this machine:`,
        ...failure.problems.map(explainProblem),
      ].join("\n- ");
    case "POLICY_PERMISSIVE":
      return `the policy ${failure.path} is permissive: it lets the challenge run any program; list the programs in allowedCommands instead, or insist with --allow-permissive`;
  }
}

function place({ input, path }: { readonly input: InputName; readonly path: string }): string {
  return path === "-" ? `the ${input} on standard input` : `the ${input} ${path}`;
}

function missingAdvice(path: string): string {
  // Descriptors that a shell opened for <(command) are closed at the start: no command may inherit them.
  return /^\/(dev\/fd|proc\/self\/fd)\//.test(path)
    ? "pipe it to standard input and name it -"
    : "check the path";
}

function kindAdvice({ input, kind }: { readonly input: InputName; readonly kind: FileKind }): string {
  if (kind === "directory") return "; name a file in it";
  return input === "submission" ? "; pipe it to standard input and name it -" : "";
}
