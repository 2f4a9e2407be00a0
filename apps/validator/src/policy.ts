import { tmpdir } from "node:os";
import {
  defaultPolicy,
  loadPolicyFile,
  type PreparedPolicy,
  preparePolicy,
  type SandboxPolicy,
} from "@assay/sandbox-policy";
import { ValidatorError } from "./errors.ts";

/** Which policy an evaluation runs under. */
export interface PolicyChoice {
  /** `null`: the default policy, which denies every command. */
  readonly path: string | null;
  /** Whether the operator insists on a policy that lets a challenge run any program. */
  readonly allowPermissive: boolean;
}

/**
 * Loads a policy and pins its programs. A file that is missing, unreadable or wrong is an error, never the default policy.
 *
 * @throws {ValidatorError} `POLICY_MISSING`, `POLICY_UNREADABLE`, `POLICY_INVALID`, `POLICY_UNUSABLE` or `POLICY_PERMISSIVE`.
 */
export async function readyPolicy({ path, allowPermissive }: PolicyChoice): Promise<PreparedPolicy> {
  const policy = path === null ? defaultPolicy() : await load(path);
  // Asked before its programs are pinned: for a permissive policy that reads every program of the machine.
  if (path !== null && policy.permissive && !allowPermissive) {
    throw new ValidatorError({ code: "POLICY_PERMISSIVE", path });
  }
  const preparation = await preparePolicy(policy, { writableDirectories: [tmpdir()] });
  if (preparation.outcome === "invalid") {
    throw new ValidatorError({ code: "POLICY_UNUSABLE", path, problems: preparation.problems });
  }
  return preparation.prepared;
}

async function load(path: string): Promise<SandboxPolicy> {
  const result = await loadPolicyFile(path);
  switch (result.outcome) {
    case "ok":
      return result.policy;
    case "missing":
      throw new ValidatorError({ code: "POLICY_MISSING", reason: result.reason });
    case "unreadable":
      throw new ValidatorError({ code: "POLICY_UNREADABLE", reason: result.reason });
    case "invalid":
      throw new ValidatorError({ code: "POLICY_INVALID", path, issues: result.issues });
  }
}
