/** Our own failures. What a guest or its command did is a value that the guest receives, never an error. */
export type SandboxHostFailure =
  /** A host function was called while another call, or a reset, of the same host was not over. */
  | { readonly code: "CALL_IN_PROGRESS"; readonly called: string; readonly running: string }
  /** The host was closed. */
  | { readonly code: "HOST_CLOSED"; readonly called: string }
  /** A deterministic clock needs a whole number of milliseconds that a double holds exactly. */
  | { readonly code: "CLOCK_NOT_EXACT"; readonly timestampMs: number }
  /** Something else about a clock is wrong. */
  | {
      readonly code: "CLOCK_INVALID";
      readonly field: "mode" | "advance" | "recordedDurationsMs";
      readonly expected: string;
    }
  /** The executor threw something that is not a `ProcessExecutorError`; `cause` has it. */
  | { readonly code: "EXECUTOR_FAILED"; readonly detail: string };

/**
 * What `createSandboxHost` and its functions throw. Compare `failure`, not the message.
 *
 * A `ProcessExecutorError` is never wrapped in this: it passes through as it is, and stays reachable as `host.failure`.
 */
export class SandboxHostError extends Error {
  override readonly name = "SandboxHostError";
  readonly failure: SandboxHostFailure;

  constructor(failure: SandboxHostFailure, options?: ErrorOptions) {
    super(describe(failure), options);
    this.failure = failure;
  }
}

function describe(failure: SandboxHostFailure): string {
  switch (failure.code) {
    case "CALL_IN_PROGRESS":
      return `${failure.called} was called while ${failure.running} was not over. A sandbox host serves one guest, one call at a time.`;
    case "HOST_CLOSED":
      return `${failure.called} was called on a sandbox host that is closed.`;
    case "CLOCK_NOT_EXACT":
      return `A deterministic clock needs timestampMs as a safe integer; ${failure.timestampMs} is none.`;
    case "CLOCK_INVALID":
      return `${failure.field} of a clock must be ${failure.expected}.`;
    case "EXECUTOR_FAILED":
      return `The process executor failed: ${failure.detail}`;
  }
}
