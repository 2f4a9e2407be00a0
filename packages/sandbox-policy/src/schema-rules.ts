import { dangerousVariable } from "./match/dangerous-environment.ts";
import { MAX_STRING_BYTES } from "./text.ts";

interface CrossFieldIssue {
  readonly path: (string | number)[];
  readonly message: string;
}

/** The part of a policy that the rules between its fields look at. */
interface PolicyFields {
  readonly allowedCommands: readonly (
    | string
    | {
        readonly program: string;
        readonly env?: Readonly<Record<string, string>> | undefined;
        readonly limits?: Readonly<Record<string, number | undefined>> | undefined;
      }
  )[];
  readonly environmentWhitelist: readonly string[];
  readonly maxExecutionTimeMs: number;
  readonly maxOutputBytes: number;
  readonly limits: Readonly<Record<string, number>>;
}

/** What no single field can say: each yields one message at the place that the author has to change. */
export function* crossFieldIssues(policy: PolicyFields): Generator<CrossFieldIssue> {
  const programs = new Map<string, number>();
  for (const [index, entry] of policy.allowedCommands.entries()) {
    const rule = typeof entry === "string" ? { program: entry } : entry;
    const path = ["allowedCommands", index];
    const first = programs.get(rule.program);
    if (first === undefined) programs.set(rule.program, index);
    else yield { path, message: `repeats the program of allowedCommands[${first}]; keep one of the two` };
    yield* limitIssues(policy, rule.limits ?? {}, path);
    yield* pinnedVariableIssues(rule.env ?? {}, path);
  }
  yield* whitelistIssues(policy);
}

function* limitIssues(
  policy: PolicyFields,
  limits: Readonly<Record<string, number | undefined>>,
  path: readonly (string | number)[],
): Generator<CrossFieldIssue> {
  const { maxExecutionTimeMs, maxOutputBytes } = policy;
  const highest: Readonly<Record<string, number>> = { ...policy.limits, maxExecutionTimeMs, maxOutputBytes };
  for (const [name, value] of Object.entries(limits)) {
    const maximum = highest[name];
    if (value === undefined || maximum === undefined || value <= maximum) continue;
    const message = `is higher than the policy's own ${name}, ${maximum}; raise that one, or lower this one`;
    yield { path: [...path, "limits", name], message };
  }
}

function* pinnedVariableIssues(
  env: Readonly<Record<string, string>>,
  path: readonly (string | number)[],
): Generator<CrossFieldIssue> {
  const seen = new Map<string, string>();
  for (const [name, value] of Object.entries(env)) {
    const twin = seen.get(name.toUpperCase());
    if (twin !== undefined)
      yield {
        path: [...path, "env", name],
        message: `differs from ${twin} only in case; keep one of the two`,
      };
    seen.set(name.toUpperCase(), name);
    if (Buffer.byteLength(name) + 1 + Buffer.byteLength(value) > MAX_STRING_BYTES)
      yield {
        path: [...path, "env", name],
        message: `must be at most ${MAX_STRING_BYTES} bytes long with its name`,
      };
  }
}

function* whitelistIssues({
  environmentWhitelist,
  allowedCommands,
}: PolicyFields): Generator<CrossFieldIssue> {
  const pinned = new Set(
    allowedCommands.flatMap((entry) => (typeof entry === "string" ? [] : Object.keys(entry.env ?? {}))),
  );
  for (const [index, name] of environmentWhitelist.entries()) {
    const path = ["environmentWhitelist", index];
    if (environmentWhitelist.indexOf(name) < index)
      yield { path, message: `repeats ${name}; keep one of the two` };
    const danger = dangerousVariable(name);
    if (danger === null || pinned.has(name)) continue;
    yield {
      path,
      message: `${name} may not be chosen by a request, because it ${danger.why} (${danger.source}); remove it, or pin its value in the env of a rule`,
    };
  }
}
