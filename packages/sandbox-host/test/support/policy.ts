import { defaultPolicy, type PreparedPolicy, preparePolicy, type SandboxPolicy } from "@assay/sandbox-policy";

/** What a test changes in the default policy. */
export type PolicyChanges = Partial<Omit<SandboxPolicy, "budget" | "limits">> & {
  readonly budget?: Partial<SandboxPolicy["budget"]>;
  readonly limits?: Partial<SandboxPolicy["limits"]>;
};

/** The default policy, which allows nothing, with `changes`; prepared against the programs of this machine. */
export async function prepared(changes: PolicyChanges = {}): Promise<PreparedPolicy> {
  const base = defaultPolicy();
  const policy = {
    ...base,
    ...changes,
    budget: { ...base.budget, ...changes.budget },
    limits: { ...base.limits, ...changes.limits },
  };
  const result = await preparePolicy(policy);
  if (result.outcome !== "ok")
    throw new Error(`the test's policy is wrong: ${JSON.stringify(result.problems)}`);
  return result.prepared;
}
