import { SandboxPolicyError } from "./errors.ts";
import { matchArguments } from "./match/arguments.ts";
import { type BudgetSpent, budgetLeft, matchBudget } from "./match/budget.ts";
import { childEnvironment, matchEnvironment } from "./match/environment.ts";
import { limitsFor, matchLimits, planLimits } from "./match/limits.ts";
import { matchProgram } from "./match/program.ts";
import { matchWorkingDirectory } from "./match/working-directory.ts";
import { type ApprovedPlan, approve } from "./plan.ts";
import { isPreparedPolicy, type PreparedPolicy, type PreparedRule, rulesFor } from "./prepared-policy.ts";
import type { CheckName, DenyReason } from "./reasons.ts";
import { type CommandRequest, type RequestCopy, type RequestReading, readRequest } from "./request.ts";
import { startDirectory } from "./work-directory.ts";

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

/**
 * May this command run under this policy? A pure function: it looks at nothing but its arguments, and the same
 * arguments always give the same answer.
 *
 * @param spent - what the evaluation has used up so far; nothing, when left out.
 * @returns `allow` with a plan that can be run, its limits lowered to what the budgets have left; or `deny` with all
 *   reasons, in the order of `CheckName`. A check that fails is a reason to deny, `CHECK_FAILED`. Where a path leads to
 *   several rules, the first that allows the request counts, and the closest one gives the reasons.
 * @throws {SandboxPolicyError} `POLICY_NOT_PREPARED` when `prepared` does not come from `preparePolicy`.
 */
export function decide(
  prepared: PreparedPolicy,
  request: CommandRequest,
  spent: BudgetSpent = NOTHING_SPENT,
): Decision {
  if (!isPreparedPolicy(prepared)) throw new SandboxPolicyError({ code: "POLICY_NOT_PREPARED" });
  const reading = readOnce(prepared, request);
  if (reading.outcome === "malformed") return deny(reading.reasons);
  const [closest = null, ...others] = rulesFor(prepared, reading.request.command);
  const decision = decideUnder(prepared, closest, reading.request, spent);
  if (decision.outcome === "allow") return decision;
  for (const rule of others) {
    const other = decideUnder(prepared, rule, reading.request, spent);
    if (other.outcome === "allow") return other;
  }
  return decision;
}

function readOnce(prepared: PreparedPolicy, request: CommandRequest): RequestReading {
  try {
    return readRequest(request, prepared.policy.limits);
  } catch {
    return { outcome: "malformed", reasons: [{ code: "CHECK_FAILED", check: "request" }] };
  }
}

function decideUnder(
  prepared: PreparedPolicy,
  rule: PreparedRule | null,
  request: RequestCopy,
  spent: BudgetSpent,
): Decision {
  const { policy } = prepared;
  const limits = limitsFor(policy, rule);
  const environment = { ...limits, whitelist: policy.environmentWhitelist, pinned: rule?.env ?? [] };
  const checks: readonly (readonly [CheckName, () => readonly DenyReason[]])[] = [
    ["program", () => matchProgram(prepared.blocked, rule, request.command)],
    ["arguments", () => matchArguments(limits, request)],
    ["environment", () => matchEnvironment(environment, request)],
    ["working-directory", () => matchWorkingDirectory(policy.workingDirectory, request.workingDirectory)],
    ["limits", () => matchLimits(limits, request.stdinBytes)],
    ["budget", () => matchBudget(policy.budget, spent)],
  ];
  const reasons = checks.flatMap(([check, reasonsOf]) => {
    try {
      return reasonsOf();
    } catch {
      return [{ code: "CHECK_FAILED", check } as const];
    }
  });
  if (reasons.length > 0) return deny(reasons);
  try {
    const directory = startDirectory(policy.workingDirectory, request.workingDirectory);
    if (rule === null || directory.outcome !== "ok") return deny([{ code: "CHECK_FAILED", check: "plan" }]);
    const plan = approve({
      program: rule.program,
      args: request.args,
      env: childEnvironment(policy.searchPath, request.env, rule.env),
      workingDirectory: directory.path,
      network: policy.allowNetwork,
      onOutputLimit: policy.onOutputLimit,
      limits: planLimits(limits, request.timeoutMs, budgetLeft(policy.budget, spent)),
      policySha256: prepared.sha256,
    });
    return { outcome: "allow", plan };
  } catch {
    return deny([{ code: "CHECK_FAILED", check: "plan" }]);
  }
}

function deny(reasons: readonly DenyReason[]): Decision {
  return { outcome: "deny", reasons };
}
