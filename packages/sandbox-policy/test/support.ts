import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import {
  type CommandRequest,
  type CommandRule,
  type Decision,
  decide,
  defaultPolicy,
  type PinnedProgram,
  type PreparedPolicy,
  preparePolicy,
  type SandboxPolicy,
} from "../src/index.ts";
import { type BlockedProgram, makePreparedPolicy, type PreparedRule } from "../src/prepared-policy.ts";

/** A request for `cat` that asks for nothing special. */
export function request(parts: Partial<CommandRequest> = {}): CommandRequest {
  return {
    command: "cat",
    args: [],
    env: [],
    workingDirectory: null,
    stdinBytes: 0,
    timeoutMs: null,
    ...parts,
  };
}

/** A program that exists in the test alone; its identity is made from its real path. */
export function pinned(name: string, parts: Partial<PinnedProgram> = {}): PinnedProgram {
  const path = parts.path ?? `/usr/bin/${name}`;
  const realPath = parts.realPath ?? path;
  const identity = {
    device: "1",
    inode: `inode of ${realPath}`,
    sha256: `contents of ${realPath}`,
    sizeBytes: 1,
  };
  return { name, path, realPath, ...identity, interpreter: null, ...parts };
}

export function rule(name: string, parts: Partial<PreparedRule> = {}): PreparedRule {
  return { program: pinned(name), otherPaths: [], env: [], limits: {}, ...parts };
}

/** A prepared policy whose programs need not exist: allows `cat` unless told otherwise. */
export function prepared(
  policy: Partial<SandboxPolicy> = {},
  rules: readonly PreparedRule[] = [rule("cat")],
  blocked: readonly BlockedProgram[] = [],
): PreparedPolicy {
  return makePreparedPolicy({ policy: { ...defaultPolicy(), ...policy }, rules, blocked });
}

/** Prepares a policy on this host and fails the test when that is impossible. */
export async function preparedHere(policy: Partial<SandboxPolicy>): Promise<PreparedPolicy> {
  const result = await preparePolicy({ ...defaultPolicy(), ...policy });
  if (result.outcome === "ok") return result.prepared;
  throw new Error(JSON.stringify(result.problems));
}

export function codes(decision: Decision): readonly string[] {
  return decision.outcome === "allow" ? ["allow"] : decision.reasons.map(({ code }) => code);
}

/** The codes of the decision on `cat` with these parts, under a policy with those. */
export function codesFor(
  parts: Partial<CommandRequest>,
  policy: Partial<SandboxPolicy> = {},
): readonly string[] {
  return codes(decide(prepared(policy), request(parts)));
}

export function allowed(decision: Decision): Extract<Decision, { outcome: "allow" }>["plan"] {
  if (decision.outcome === "allow") return decision.plan;
  throw new Error(JSON.stringify(decision.reasons));
}

/** An entry of `allowedCommands` under its full form. */
export function commandRule(program: string, parts: Omit<CommandRule, "program"> = {}): CommandRule {
  return { program, ...parts };
}

/** A directory that is gone when the test is. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "assay-policy-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
