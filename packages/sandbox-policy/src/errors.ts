/** Our own failures. What a request asks for is a `Decision`, what a policy says wrong is a `PolicyProblem`: neither is an error. */
export type SandboxPolicyFailure = { readonly code: "POLICY_NOT_PREPARED" };

/** Thrown when the package is used in a way that it cannot answer safely. `failure` is stable, the message is for people. */
export class SandboxPolicyError extends Error {
  override readonly name = "SandboxPolicyError";
  readonly failure: SandboxPolicyFailure;
  constructor(failure: SandboxPolicyFailure, options?: ErrorOptions) {
    super(describe(failure), options);
    this.failure = failure;
  }
}

function describe(failure: SandboxPolicyFailure): string {
  switch (failure.code) {
    case "POLICY_NOT_PREPARED":
      return "decide() got something that preparePolicy() did not make; pass the prepared policy itself, not a copy of it";
  }
}
