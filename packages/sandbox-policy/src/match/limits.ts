import type { PlanLimits } from "../plan.ts";
import type { PreparedRule } from "../prepared-policy.ts";
import type { DenyReason } from "../reasons.ts";
import type { SandboxPolicy } from "../schema.ts";
import type { BudgetLeft } from "./budget.ts";

type PolicyLimits = Pick<SandboxPolicy, "maxExecutionTimeMs" | "maxOutputBytes"> & SandboxPolicy["limits"];

/** The policy's limits for one program: for each, the lower of the policy's and the rule's. */
export function limitsFor(policy: SandboxPolicy, rule: PreparedRule | null): PolicyLimits {
  const { maxExecutionTimeMs, maxOutputBytes } = policy;
  const limits: PolicyLimits = { ...policy.limits, maxExecutionTimeMs, maxOutputBytes };
  for (const name of Object.keys(limits) as (keyof PolicyLimits)[]) {
    limits[name] = Math.min(limits[name], rule?.limits[name] ?? Number.POSITIVE_INFINITY);
  }
  return limits;
}

/** Is what comes with the request within the limits? Standard input is the only thing that arguments do not cover. */
export function matchLimits(
  { maxStdinBytes }: Pick<PolicyLimits, "maxStdinBytes">,
  stdinBytes: number,
): readonly DenyReason[] {
  return stdinBytes > maxStdinBytes
    ? [{ code: "STDIN_TOO_LARGE", bytes: stdinBytes, maximumBytes: maxStdinBytes }]
    : [];
}

/** What finally applies to one command: the lowest of what the policy, its rule, the request and the budget say. */
export function planLimits(limits: PolicyLimits, timeoutMs: number | null, left: BudgetLeft): PlanLimits {
  return {
    // `null` and 0 both ask for the policy's own limit.
    timeoutMs: Math.min(limits.maxExecutionTimeMs, timeoutMs || Number.POSITIVE_INFINITY, left.totalTimeMs),
    maxOutputBytes: Math.min(limits.maxOutputBytes, left.totalOutputBytes),
    cpuTimeMs: limits.cpuTimeMs,
    maxProcesses: limits.maxProcesses,
    maxOpenFiles: limits.maxOpenFiles,
    maxFileSizeBytes: limits.maxFileSizeBytes,
    maxStdinBytes: limits.maxStdinBytes,
  };
}
