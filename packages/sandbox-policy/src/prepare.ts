import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import type { ProgramFault } from "./host/program-fault.ts";
import {
  createProgramResolver,
  type ProgramResolution,
  type ProgramResolver,
} from "./host/resolve-program.ts";
import { type TrustRules, untrustedWriter } from "./host/writable.ts";
import { type PolicyIssue, parsePolicy } from "./parse.ts";
import { makePreparedPolicy, type PreparedPolicy, type PreparedRule } from "./prepared-policy.ts";
import type { CommandRule, SandboxPolicy } from "./schema.ts";

/** How many programs are read at once. */
const CONCURRENCY = 8;

/** Why a policy cannot be used on this host. `explainProblem` makes a sentence of it. */
export type PolicyProblem =
  /** The value is not a policy at all; `parsePolicy` would have said so. */
  | { readonly code: "POLICY_INVALID"; readonly issue: PolicyIssue }
  /** A program of the policy may not be used on this host. `place` is where the policy names it. */
  | {
      readonly code: "PROGRAM_REFUSED";
      readonly place: string;
      readonly program: string;
      readonly fault: ProgramFault;
    };

/** A policy that is ready for decisions, or everything that keeps it from being so. */
export type PreparationResult =
  | { readonly outcome: "ok"; readonly prepared: PreparedPolicy }
  | { readonly outcome: "invalid"; readonly problems: readonly PolicyProblem[] };

/** What a policy cannot know about the host that it is prepared on. */
export interface PreparationOptions {
  /**
   * Directories of the host that a sandbox can write to, such as the one in which private directories are made. No
   * program may be in one of them. None by default.
   */
  readonly writableDirectories?: readonly string[];
}

/**
 * Finds every program that `policy` names on its `searchPath`, once, and pins the file: path, device, inode, size,
 * contents, and the interpreter of a script. From then on nothing is looked up by name again.
 *
 * A program is refused, and the policy with it, when it is missing, not a regular executable file, not ELF or a `#!`
 * script, set-user-ID or set-group-ID, or when the file, a link to it or any directory above either could be changed
 * by anybody but root and the user who runs this process. A script is refused when its interpreter is, and when it is
 * run through env(1), whose search happens too late to be pinned.
 *
 * A permissive policy also pins whatever else is on its search path and passes the same checks; what does not pass is
 * left out. That reads every program of the host: it takes a second or more.
 *
 * @returns all problems, not only the first. Nothing is thrown for what a policy or a host can have wrong.
 */
export async function preparePolicy(
  policy: SandboxPolicy,
  options: PreparationOptions = {},
): Promise<PreparationResult> {
  const parsed = parsePolicy(policy);
  if (parsed.outcome === "invalid") {
    return {
      outcome: "invalid",
      problems: parsed.issues.map((issue) => ({ code: "POLICY_INVALID", issue })),
    };
  }
  const { allowedCommands, blockedCommands, searchPath, permissive } = parsed.policy;
  const rules = await trustRules(options.writableDirectories ?? []);
  const resolver = createProgramResolver(searchPath, (path, ownership) =>
    untrustedWriter(rules, path, ownership),
  );
  const entries = allowedCommands.map((entry) => (typeof entry === "string" ? { program: entry } : entry));
  const problems: PolicyProblem[] = [];
  const prepared: PreparedRule[] = [];
  const resolutions = await mapConcurrently(entries, ({ program }) => resolver.resolve(program));
  for (const [index, resolution] of resolutions.entries()) {
    const entry = entries[index];
    if (entry === undefined) continue;
    if (resolution.outcome === "ok") prepared.push(ruleOf(entry, resolution));
    else {
      const place = `allowedCommands[${index}]`;
      problems.push({ code: "PROGRAM_REFUSED", place, program: entry.program, fault: resolution.fault });
    }
  }
  if (problems.length > 0) return { outcome: "invalid", problems };
  if (permissive) prepared.push(...(await otherRules(resolver, entries)));
  const blocked = await mapConcurrently(blockedCommands, async (entry) => ({
    entry,
    files: await resolver.identify(entry),
  }));
  return { outcome: "ok", prepared: makePreparedPolicy({ policy: parsed.policy, rules: prepared, blocked }) };
}

async function trustRules(writableDirectories: readonly string[]): Promise<TrustRules> {
  // A directory that is not there yet is compared by the path under which it will be.
  const existing = await Promise.all(
    writableDirectories.map((path) => realpath(path).catch(() => resolve(path))),
  );
  return { owners: new Set([0n, BigInt(process.geteuid?.() ?? 0)]), writableDirectories: existing };
}

type Resolved = Extract<ProgramResolution, { outcome: "ok" }>;

function ruleOf(entry: CommandRule, { program, otherPaths }: Resolved): PreparedRule {
  const env = Object.entries(entry.env ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return { program, otherPaths, env, limits: entry.limits ?? {} };
}

async function otherRules(
  resolver: ProgramResolver,
  entries: readonly CommandRule[],
): Promise<PreparedRule[]> {
  const listed = new Set(entries.map(({ program }) => program));
  const names = (await resolver.list()).filter((name) => !listed.has(name));
  const resolutions = await mapConcurrently(names, (name) => resolver.resolve(name));
  return resolutions.flatMap((resolution, index) => {
    const program = names[index];
    return resolution.outcome === "ok" && program !== undefined ? [ruleOf({ program }, resolution)] : [];
  });
}

async function mapConcurrently<From, To>(
  items: readonly From[],
  map: (item: From) => Promise<To>,
): Promise<To[]> {
  const results: To[] = [];
  const queue = items.entries();
  async function work(): Promise<void> {
    // All workers share one iterator: each takes the next item that nobody has.
    for (const [index, item] of queue) results[index] = await map(item);
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return results;
}
