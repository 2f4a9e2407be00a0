import { environmentNameProblem } from "../environment-name.ts";
import type { DenyReason } from "../reasons.ts";
import type { RequestCopy } from "../request.ts";
import { cut, fitsInBytes, MAX_STRING_BYTES, textProblem } from "../text.ts";
import { SANDBOX_TEMPORARY_DIRECTORY, SANDBOX_WORK_DIRECTORY } from "../work-directory.ts";
import { dangerousVariable } from "./dangerous-environment.ts";

type Pairs = readonly (readonly [string, string])[];

/** What a request may set for one program. */
export interface EnvironmentRules {
  /** `environmentWhitelist` of the policy. */
  readonly whitelist: readonly string[];
  /** Variables that the rule pins. */
  readonly pinned: Pairs;
  readonly maxEnvironmentVariables: number;
  readonly maxEnvironmentBytes: number;
}

/**
 * May the request set these variables? Whatever it may not set is a reason: a variable is never dropped in silence, so
 * that a command never runs in an environment that nobody asked for.
 *
 * An environment that is too large is not looked at one by one.
 */
export function matchEnvironment(
  rules: EnvironmentRules,
  { env, variableCount }: Pick<RequestCopy, "env" | "variableCount">,
): readonly DenyReason[] {
  const { maxEnvironmentVariables, maxEnvironmentBytes } = rules;
  if (variableCount > maxEnvironmentVariables)
    return [{ code: "ENV_TOO_MANY", count: variableCount, maximum: maxEnvironmentVariables }];
  if (!fitsInBytes(env.flat(), 1, maxEnvironmentBytes))
    return [{ code: "ENV_TOO_LARGE", maximumBytes: maxEnvironmentBytes }];
  const whitelist = new Set(rules.whitelist);
  const pinned = new Map(rules.pinned);
  const seen = new Set<string>();
  return env.flatMap(([name, value]) => {
    const folded = name.toUpperCase();
    const isRepeated = seen.has(folded);
    seen.add(folded);
    return [
      ...nameReasons(name, value, whitelist, pinned),
      ...(isRepeated ? [{ code: "ENV_DUPLICATE", name: cut(name) } as const] : []),
      ...valueReasons(name, value),
    ];
  });
}

function nameReasons(
  name: string,
  value: string,
  whitelist: ReadonlySet<string>,
  pinned: ReadonlyMap<string, string>,
): readonly DenyReason[] {
  const problem = environmentNameProblem(name);
  if (problem !== null) return [{ code: "ENV_NAME_MALFORMED", name: cut(name), problem }];
  // Asking for the value that it gets anyway asks for nothing.
  if (pinned.has(name)) return pinned.get(name) === value ? [] : [{ code: "ENV_VALUE_PINNED", name }];
  const danger = dangerousVariable(name);
  return [
    ...(whitelist.has(name) ? [] : [{ code: "ENV_NOT_ALLOWED", name } as const]),
    ...(danger === null ? [] : [{ code: "ENV_DANGEROUS", name, why: danger.why } as const]),
  ];
}

function valueReasons(name: string, value: string): readonly DenyReason[] {
  const isTooLong = !fitsInBytes([name, "=", value], 0, MAX_STRING_BYTES);
  // Shells before 2014 ran what follows such a value (CVE-2014-6271).
  const problem =
    textProblem(value) ?? (value.startsWith("()") ? "shell-function" : isTooLong ? "too-long" : null);
  return problem === null ? [] : [{ code: "ENV_VALUE_MALFORMED", name: cut(name), problem }];
}

/**
 * The whole environment of the child, sorted by name: a fixed minimum, then what the request sets, then what the rule
 * pins. Nothing of the host's own environment is in it.
 */
export function childEnvironment(searchPath: readonly string[], requested: Pairs, pinned: Pairs): Pairs {
  const minimum: Pairs = [
    ["HOME", SANDBOX_WORK_DIRECTORY],
    ["LANG", "C.UTF-8"],
    ["PATH", searchPath.join(":")],
    ["TMPDIR", SANDBOX_TEMPORARY_DIRECTORY],
  ];
  return [...new Map([...minimum, ...requested, ...pinned])].sort(([a], [b]) => (a < b ? -1 : 1));
}
