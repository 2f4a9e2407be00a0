import type { Decision } from "./decide.ts";
import type { DenyReason } from "./reasons.ts";

/** One sentence for people about a reason. */
export function explainReason(reason: DenyReason): string {
  return JSON.stringify(reason);
}

/** The whole decision for people. */
export function explainDecision(decision: Decision): string {
  return decision.outcome === "allow"
    ? `allowed: ${decision.plan.program.path}`
    : decision.reasons.map(explainReason).join("\n");
}
