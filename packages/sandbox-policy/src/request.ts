import type { DenyReason } from "./reasons.ts";

/** What somebody untrusted asks to run. Nothing in it has been checked. */
export interface CommandRequest {
  /** A bare name, or the absolute path of a program that the policy lists. */
  readonly command: string;
  /** Without `argv[0]`, which the host sets. */
  readonly args: readonly string[];
  readonly env: readonly (readonly [string, string])[];
  /** Relative to the policy's `workingDirectory`, or absolute and not outside it; `null` means the policy's. */
  readonly workingDirectory: string | null;
  /** How many bytes of standard input come with the request; 0 when there is none. */
  readonly stdinBytes: number;
  /** Wall-clock milliseconds. `null` and 0 mean the policy's limit; more than that has no effect. */
  readonly timeoutMs: number | null;
}

/** A copy of a request that nobody else can change. Lists that are too long are counted and not copied. */
export interface RequestCopy extends CommandRequest {
  readonly argumentCount: number;
  readonly variableCount: number;
}

export type RequestReading =
  | { readonly outcome: "ok"; readonly request: RequestCopy }
  | { readonly outcome: "malformed"; readonly reasons: readonly DenyReason[] };

/**
 * Copies a request once, so that what is checked is what runs, and looks at the types of its fields, whatever the
 * compiler thought of them.
 */
export function readRequest(
  asked: CommandRequest,
  maximum: { readonly maxArguments: number; readonly maxEnvironmentVariables: number },
): RequestReading {
  const { command, args, env, workingDirectory, stdinBytes, timeoutMs } = asked;
  const request: RequestCopy = {
    command,
    args: isShortList(args, maximum.maxArguments) ? [...args] : [],
    argumentCount: Array.isArray(args) ? args.length : 0,
    env: isShortList(env, maximum.maxEnvironmentVariables) ? env.map(copyPair) : [],
    variableCount: Array.isArray(env) ? env.length : 0,
    workingDirectory,
    stdinBytes,
    timeoutMs,
  };
  const fields = [
    ["command", typeof command === "string"],
    ["args", Array.isArray(args) && request.args.every((argument) => typeof argument === "string")],
    ["env", Array.isArray(env) && request.env.every(isPairOfTexts)],
    ["workingDirectory", workingDirectory === null || typeof workingDirectory === "string"],
    ["stdinBytes", isCount(stdinBytes)],
    ["timeoutMs", timeoutMs === null || isCount(timeoutMs)],
  ] as const;
  const wrong = fields.filter(([, fits]) => !fits);
  if (wrong.length === 0) return { outcome: "ok", request };
  return { outcome: "malformed", reasons: wrong.map(([field]) => ({ code: "REQUEST_MALFORMED", field })) };
}

function isShortList(value: readonly unknown[], maximum: number): boolean {
  return Array.isArray(value) && value.length <= maximum;
}

function copyPair([...pair]: readonly [string, string]): readonly [string, string] {
  return pair;
}

function isPairOfTexts(pair: readonly unknown[]): boolean {
  return pair.length === 2 && pair.every((text) => typeof text === "string");
}

/** Above 2^53 a number is only roughly what was asked for, and far above every limit. */
function isCount(value: number): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}
