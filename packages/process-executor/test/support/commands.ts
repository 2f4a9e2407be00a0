import {
  type ApprovedPlan,
  decide,
  defaultPolicy,
  type PreparedPolicy,
  preparePolicy,
  type SandboxPolicy,
} from "@assay/sandbox-policy";

/** What the tests' commands are made of; all of it is in Debian's essential packages. */
const PROGRAMS = ["sh", "cat", "perl", "sleep", "true"];

/** A real policy of the real engine, with room for whatever a test varies. */
export async function testPolicy(changes: Partial<SandboxPolicy> = {}): Promise<PreparedPolicy> {
  const result = await preparePolicy({
    ...defaultPolicy(),
    allowedCommands: PROGRAMS,
    budget: { ...defaultPolicy().budget, maxExecutions: 100_000 },
    ...changes,
  });
  if (result.outcome !== "ok") throw new Error(JSON.stringify(result));
  return result.prepared;
}

export interface Asked {
  readonly env?: readonly (readonly [string, string])[];
  readonly workingDirectory?: string;
  readonly timeoutMs?: number;
  readonly stdinBytes?: number;
}

/** The approved plan of a command, or an error that shows why the policy refused it. */
export function planFor(policy: PreparedPolicy, argv: readonly string[], asked: Asked = {}): ApprovedPlan {
  const [command = "", ...args] = argv;
  const decision = decide(policy, {
    command,
    args,
    env: asked.env ?? [],
    workingDirectory: asked.workingDirectory ?? null,
    stdinBytes: asked.stdinBytes ?? 0,
    timeoutMs: asked.timeoutMs ?? null,
  });
  if (decision.outcome !== "allow") throw new Error(JSON.stringify(decision.reasons));
  return decision.plan;
}
