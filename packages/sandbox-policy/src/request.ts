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
  const ownArgs = copyList(args, maximum.maxArguments);
  const pairs = copyList(env, maximum.maxEnvironmentVariables);
  const ownEnv = pairs.items.map(copyPair).filter(isPairOfTexts);
  const fields = [
    ["command", typeof command === "string"],
    ["args", Array.isArray(args) && ownArgs.items.every((argument) => typeof argument === "string")],
    ["env", Array.isArray(env) && ownEnv.length === pairs.items.length],
    ["workingDirectory", workingDirectory === null || typeof workingDirectory === "string"],
    ["stdinBytes", isCount(stdinBytes)],
    ["timeoutMs", timeoutMs === null || isCount(timeoutMs)],
  ] as const;
  const wrong = fields.filter(([, fits]) => !fits);
  if (wrong.length > 0)
    return { outcome: "malformed", reasons: wrong.map(([field]) => ({ code: "REQUEST_MALFORMED", field })) };
  const counts = { argumentCount: ownArgs.count, variableCount: pairs.count };
  const own = { command, args: ownArgs.items, env: ownEnv, workingDirectory, stdinBytes, timeoutMs };
  return { outcome: "ok", request: { ...own, ...counts } };
}

/** A list's length, read once, and its items when they are not too many. */
function copyList<Item>(list: readonly Item[], maximum: number): { count: number; items: readonly Item[] } {
  if (!Array.isArray(list)) return { count: 0, items: [] };
  const count: number = list.length;
  return { count, items: count <= maximum ? Array.from({ length: count }, (_, index) => list[index]) : [] };
}

/** A copy of a pair; anything else becomes an empty list, which is no pair. */
function copyPair(pair: readonly [string, string]): readonly string[] {
  return Array.isArray(pair) && pair.length === 2 ? [...pair] : [];
}

function isPairOfTexts(pair: readonly unknown[]): pair is readonly [string, string] {
  return pair.length === 2 && pair.every((text) => typeof text === "string");
}

/** Above 2^53 a number is only roughly what was asked for, and far above every limit. */
function isCount(value: number): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}
