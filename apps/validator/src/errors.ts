import { printableText } from "@assay/sandbox-host";
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

/** Before each of several problems in one message. Nothing else in a message of a `ValidatorError` is a line break. */
export const NEXT_PROBLEM = "\n- ";

/**
 * Thrown for what the caller got wrong. `failure` is stable, the message is for people: paths and whatever else somebody chose are escaped
 * in it, so that no file name can write a line of its own.
 */
export class ValidatorError extends Error {
  override readonly name = "ValidatorError";
  readonly failure: ValidatorFailure & { readonly code: ErrorCode };

  constructor(failure: ValidatorFailure, options?: ErrorOptions) {
    super(describe(failure), options);
    this.failure = failure;
  }
}

const MAX_PLACE_CHARACTERS = 256;

function describe(failure: ValidatorFailure): string {
  switch (failure.code) {
    case "USAGE":
      return printableText(failure.problems.join("; "));
    case "FILE_MISSING":
      return `${place(failure)}: there is no such file; ${missingAdvice(failure.path)}`;
    case "FILE_UNREADABLE":
      return `${place(failure)} cannot be read: ${printableText(failure.detail)}`;
    case "FILE_NOT_REGULAR":
      return `${place(failure)} is a ${failure.kind}, and only a regular file is read${kindAdvice(failure)}`;
    case "INPUT_TOO_LARGE":
      return `${place(failure)} is larger than ${failure.maxBytes} bytes, the most that is read`;
    case "POLICY_MISSING":
    case "POLICY_UNREADABLE":
      return printableText(failure.reason);
    case "POLICY_INVALID":
      return [
        `the policy ${printableText(failure.path)} is not valid:`,
        ...failure.issues.map(({ place, line, message }) =>
          printableText(`${line === null ? "" : `line ${line}: `}${shortPlace(place)} ${message}`),
        ),
      ].join(NEXT_PROBLEM);
    case "POLICY_UNUSABLE":
      return [
        `the policy ${printableText(failure.path ?? "(default)")} cannot be used on this machine:`,
        ...failure.problems.map((problem) => printableText(explainProblem(problem))),
      ].join(NEXT_PROBLEM);
    case "POLICY_PERMISSIVE":
      return `the policy ${printableText(failure.path)} is permissive: it lets the challenge run any program; list the programs in allowedCommands instead, or insist with --allow-permissive`;
  }
}

function place({ input, path }: { readonly input: InputName; readonly path: string }): string {
  return path === "-" ? `the ${input} on standard input` : `the ${input} ${printableText(path)}`;
}

/** Names of fields can be as long as the file. */
function shortPlace(place: string): string {
  if (place === "") return "the policy";
  return place.length <= MAX_PLACE_CHARACTERS ? place : `${place.slice(0, MAX_PLACE_CHARACTERS)}…`;
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
