import { canonicalSha256 } from "./canonical-json.ts";
import type { PinnedProgram } from "./pinned-program.ts";

/** The limits of one command, as they apply to it: the lowest of policy, rule, request and what the budget has left. */
export interface PlanLimits {
  /** Wall clock, from before the first byte is exchanged. */
  readonly timeoutMs: number;
  /** For standard output and standard error each. */
  readonly maxOutputBytes: number;
  readonly cpuTimeMs: number;
  readonly maxProcesses: number;
  readonly maxOpenFiles: number;
  readonly maxFileSizeBytes: number;
  readonly maxStdinBytes: number;
}

/** Everything of a plan that its hash covers. */
export interface PlanFacts {
  readonly program: PinnedProgram;
  readonly args: readonly string[];
  readonly env: readonly (readonly [string, string])[];
  readonly workingDirectory: string;
  readonly network: boolean;
  readonly onOutputLimit: "discard" | "end";
  readonly limits: PlanLimits;
  readonly policySha256: string;
}

const MAKER = Symbol("assay.sandbox-policy.approve");

class Approval implements PlanFacts {
  readonly #proof = true;
  /** The file that runs. Its `path` is the child's `argv[0]`. */
  readonly program: PinnedProgram;
  /** `argv` after `argv[0]`, exactly. */
  readonly args: readonly string[];
  /** The whole environment of the child, sorted by name: nothing is added to it and nothing is inherited. */
  readonly env: readonly (readonly [string, string])[];
  /** Absolute path inside the sandbox: `/work`, or below it. It need not exist. */
  readonly workingDirectory: string;
  readonly network: boolean;
  /** What to do past `limits.maxOutputBytes`: throw the rest away and count it, or end the command. */
  readonly onOutputLimit: "discard" | "end";
  readonly limits: PlanLimits;
  /** `PreparedPolicy.sha256` of the policy that allowed this. */
  readonly policySha256: string;
  /** SHA-256 of the canonical JSON of all other fields, in lower-case hexadecimal. */
  readonly sha256: string;

  // Without the token, `plan.constructor` would let anybody make a plan.
  constructor(maker: symbol, facts: PlanFacts) {
    if (maker !== MAKER) throw new TypeError("only decide() makes an approved plan");
    const { program, args, env, workingDirectory, network, onOutputLimit, limits, policySha256 } = facts;
    const content = deepFrozenCopy({
      program,
      args,
      env,
      workingDirectory,
      network,
      onOutputLimit,
      limits,
      policySha256,
    });
    this.program = content.program;
    this.args = content.args;
    this.env = content.env;
    this.workingDirectory = content.workingDirectory;
    this.network = content.network;
    this.onOutputLimit = content.onOutputLimit;
    this.limits = content.limits;
    this.policySha256 = content.policySha256;
    this.sha256 = canonicalSha256(content);
    Object.freeze(this);
  }

  static is(this: void, value: unknown): value is Approval {
    return typeof value === "object" && value !== null && #proof in value;
  }

  static {
    Object.freeze(Approval.prototype);
    Object.freeze(Approval);
  }
}

/**
 * Proof that `decide` allowed exactly this command, and the complete recipe for running it. Frozen in depth. Only
 * `decide` can make one: a copy, a clone, a proxy or an object of the same shape is not one.
 */
export type ApprovedPlan = Approval;

/** Whether `value` is a plan that `decide` made in this thread. Plans do not survive `structuredClone` or JSON. */
export const isApprovedPlan: (value: unknown) => value is ApprovedPlan = Approval.is;

/** @internal For `decide` alone. */
export function approve(facts: PlanFacts): ApprovedPlan {
  return new Approval(MAKER, facts);
}

function deepFrozenCopy<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return Object.freeze(value.map(deepFrozenCopy)) as T;
  const copy = Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, deepFrozenCopy(member)]),
  );
  return Object.freeze(copy) as T;
}
