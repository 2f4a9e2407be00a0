import { makePreparedPolicy, type PreparedPolicy, type PreparedRule } from "./prepared-policy.ts";
import { type ProgramFault, resolveProgram } from "./resolve-program.ts";
import { policySchema, type SandboxPolicy } from "./schema.ts";

/** Why a policy cannot be used on this host. */
export type PolicyProblem =
  | { readonly code: "POLICY_INVALID"; readonly place: string; readonly detail: string }
  | {
      readonly code: "PROGRAM_REFUSED";
      readonly place: string;
      readonly program: string;
      readonly fault: ProgramFault;
    };

export type PreparationResult =
  | { readonly outcome: "ok"; readonly prepared: PreparedPolicy }
  | { readonly outcome: "invalid"; readonly problems: readonly PolicyProblem[] };

/** Finds and pins every program of `policy` once. */
export async function preparePolicy(policy: SandboxPolicy): Promise<PreparationResult> {
  const parsed = policySchema.safeParse(policy);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => ({
      code: "POLICY_INVALID" as const,
      place: issue.path.join("."),
      detail: issue.message,
    }));
    return { outcome: "invalid", problems };
  }
  const problems: PolicyProblem[] = [];
  const rules: PreparedRule[] = [];
  for (const [index, entry] of parsed.data.allowedCommands.entries()) {
    const rule = typeof entry === "string" ? { program: entry } : entry;
    const found = await resolveProgram(rule.program, parsed.data.searchPath);
    if (found.outcome === "refused") {
      const place = `allowedCommands[${index}]`;
      problems.push({ code: "PROGRAM_REFUSED", place, program: rule.program, fault: found.fault });
    } else {
      rules.push({
        program: found.program,
        env: Object.entries(rule.env ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)),
        limits: rule.limits ?? {},
      });
    }
  }
  if (problems.length > 0) return { outcome: "invalid", problems };
  const blocked = parsed.data.blockedCommands.map((entry) => ({ entry, files: [] }));
  return { outcome: "ok", prepared: makePreparedPolicy({ policy: parsed.data, rules, blocked }) };
}
