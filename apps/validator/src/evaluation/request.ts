import type { AbiSelection, CallerIdentity } from "@assay/host-interface";
import type { SandboxClock } from "@assay/sandbox-host";
import type { PreparedPolicy } from "@assay/sandbox-policy";

/** Which export of the challenge is called. */
export type EvaluationCall = "evaluate" | "validate";

/** Everything that one evaluation is made of. Nothing is read or looked up any more. */
export interface EvaluationRequest {
  readonly call: EvaluationCall;
  readonly module: Uint8Array;
  /** Becomes `agent_data`. */
  readonly submission: Uint8Array;
  /** Empty for none. */
  readonly params: Uint8Array;
  readonly policy: PreparedPolicy;
  /** Where the policy came from, for the report; `null`: it is the default policy. */
  readonly policyFile: string | null;
  readonly identity: CallerIdentity;
  readonly abi: AbiSelection;
  readonly clock: SandboxClock;
  /** Whether what the guest computes must not depend on the kind of processor. The clock is its own matter. */
  readonly deterministic: boolean;
  /** Bounds the whole evaluation, from compiling the module to its verdict, its commands included. At most 2 147 483 647. */
  readonly timeoutMs: number;
  readonly maxMemoryBytes: number;
  /** What the guest may compute, in the runtime's units; `null` leaves it to the deadline. */
  readonly fuel: number | null;
}
