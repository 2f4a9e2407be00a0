import { SandboxPolicyError } from "./errors.ts";
import { type ApprovedPlan, approve } from "./plan.ts";
import { isPreparedPolicy, type PreparedPolicy, rulesFor } from "./prepared-policy.ts";
import type { DenyReason } from "./reasons.ts";
import type { CommandRequest } from "./request.ts";
import { SANDBOX_TEMPORARY_DIRECTORY, SANDBOX_WORK_DIRECTORY } from "./work-directory.ts";

/** What the commands of one evaluation have used up so far. */
export interface BudgetSpent {
  readonly executions: number;
  readonly totalTimeMs: number;
  readonly totalOutputBytes: number;
  readonly logLines: number;
  readonly logBytes: number;
}

/** The answer to one request: a plan to run, or every reason why not. */
export type Decision =
  | { readonly outcome: "allow"; readonly plan: ApprovedPlan }
  | { readonly outcome: "deny"; readonly reasons: readonly DenyReason[] };

const NOTHING_SPENT: BudgetSpent = {
  executions: 0,
  totalTimeMs: 0,
  totalOutputBytes: 0,
  logLines: 0,
  logBytes: 0,
};

export function decide(
  prepared: PreparedPolicy,
  request: CommandRequest,
  spent: BudgetSpent = NOTHING_SPENT,
): Decision {
  if (!isPreparedPolicy(prepared)) throw new SandboxPolicyError({ code: "POLICY_NOT_PREPARED" });
  const { policy } = prepared;
  const reasons: DenyReason[] = [];
  const rule = rulesFor(prepared, request.command)[0];
  if (rule === undefined) reasons.push({ code: "PROGRAM_NOT_LISTED", command: request.command });
  for (const entry of policy.blockedCommands) {
    if (entry === request.command)
      reasons.push({ code: "PROGRAM_BLOCKED", command: request.command, entry, by: "name", path: null });
  }
  for (const [name] of request.env) {
    if (!policy.environmentWhitelist.includes(name)) reasons.push({ code: "ENV_NOT_ALLOWED", name });
  }
  if (request.workingDirectory !== null && request.workingDirectory !== ".") {
    reasons.push({
      code: "WORKING_DIRECTORY_REFUSED",
      workingDirectory: request.workingDirectory.slice(0, 256),
      problem: "outside",
    });
  }
  if (spent.executions >= policy.budget.maxExecutions) {
    const maximum = policy.budget.maxExecutions;
    reasons.push({ code: "BUDGET_EXHAUSTED", budget: "executions", spent: spent.executions, maximum });
  }
  if (rule === undefined || reasons.length > 0) return { outcome: "deny", reasons };
  const env = new Map([
    ["HOME", SANDBOX_WORK_DIRECTORY],
    ["LANG", "C.UTF-8"],
    ["PATH", policy.searchPath.join(":")],
    ["TMPDIR", SANDBOX_TEMPORARY_DIRECTORY],
    ...request.env,
    ...rule.env,
  ]);
  const { limits } = policy;
  const plan = approve({
    program: rule.program,
    args: request.args,
    env: [...env].sort(([a], [b]) => (a < b ? -1 : 1)),
    workingDirectory: SANDBOX_WORK_DIRECTORY,
    network: policy.allowNetwork,
    onOutputLimit: policy.onOutputLimit,
    limits: {
      timeoutMs: Math.min(request.timeoutMs || policy.maxExecutionTimeMs, policy.maxExecutionTimeMs),
      maxOutputBytes: policy.maxOutputBytes,
      cpuTimeMs: limits.cpuTimeMs,
      maxProcesses: limits.maxProcesses,
      maxOpenFiles: limits.maxOpenFiles,
      maxFileSizeBytes: limits.maxFileSizeBytes,
      maxStdinBytes: limits.maxStdinBytes,
    },
    policySha256: prepared.sha256,
  });
  return { outcome: "allow", plan };
}
