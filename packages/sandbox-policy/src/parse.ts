import { z } from "zod";
import { policySchema, type SandboxPolicy } from "./schema.ts";

/** One thing that is wrong in a policy, and where. */
export interface PolicyIssue {
  /** Path of the value, such as `allowedCommands[2].limits.maxOutputBytes`; empty for the policy itself. */
  readonly place: string;
  /** Line in the file, from 1; `null` when the policy did not come from a text. */
  readonly line: number | null;
  readonly message: string;
}

export type PolicyParseResult =
  | { readonly outcome: "ok"; readonly policy: SandboxPolicy }
  | { readonly outcome: "invalid"; readonly issues: readonly PolicyIssue[] };

/** Checks a value from outside and fills in the defaults. Never throws. */
export function parsePolicy(value: unknown): PolicyParseResult {
  const parsed = policySchema.safeParse(value);
  if (parsed.success) return { outcome: "ok", policy: parsed.data };
  const issues = parsed.error.issues.map((issue) => ({
    place: issue.path.join("."),
    line: null,
    message: issue.message,
  }));
  return { outcome: "invalid", issues };
}

/** The JSON Schema (draft 2020-12) of a policy file, for editors. */
export function policyJsonSchema(): object {
  return z.toJSONSchema(policySchema, { io: "input" });
}
