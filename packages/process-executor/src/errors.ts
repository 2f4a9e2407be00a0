/** Our own failures. What a command did is a `ProcessOutcome`, never an error. */
export type ProcessExecutorFailure =
  /** The host cannot give a protection; nothing ran. */
  | { readonly code: "ISOLATION_UNAVAILABLE"; readonly protection: string; readonly detail: string }
  /** A descriptor of this process is not close-on-exec and would be open inside the sandbox. */
  | { readonly code: "INHERITED_DESCRIPTOR"; readonly descriptor: number; readonly target: string }
  /** `run` was given something that `decide` did not make. */
  | { readonly code: "PLAN_NOT_APPROVED" }
  /** The plan needs a network or a program that the sandbox was not opened with. */
  | { readonly code: "PLAN_NOT_FOR_SANDBOX"; readonly detail: string }
  /** The file behind a program is no longer the one that the policy pinned. */
  | { readonly code: "PROGRAM_CHANGED"; readonly path: string; readonly detail: string }
  /** Another command of this sandbox is still running. */
  | { readonly code: "SANDBOX_BUSY" }
  /** The sandbox, or its executor, was closed. */
  | { readonly code: "SANDBOX_CLOSED" }
  /** The working directory could not be made or removed. */
  | { readonly code: "WORK_DIRECTORY_FAILED"; readonly path: string; readonly detail: string };

/** What this package failed at: the command did not run. `failure.code` is stable, the message is for people. */
export class ProcessExecutorError extends Error {
  override readonly name = "ProcessExecutorError";
  readonly failure: ProcessExecutorFailure;

  constructor(failure: ProcessExecutorFailure, options?: ErrorOptions) {
    super(describe(failure), options);
    this.failure = failure;
  }
}

function describe(failure: ProcessExecutorFailure): string {
  switch (failure.code) {
    case "ISOLATION_UNAVAILABLE":
      return `This host cannot isolate a command: ${failure.protection} is unavailable (${failure.detail}). Nothing was run.`;
    case "INHERITED_DESCRIPTOR":
      return `Descriptor ${failure.descriptor} (${failure.target}) would be open inside the sandbox. Start this process without it, for example with ${failure.descriptor}>&- in the shell.`;
    case "PLAN_NOT_APPROVED":
      return "Only a plan that decide() approved can be run.";
    case "PLAN_NOT_FOR_SANDBOX":
      return `The plan does not fit the sandbox it was given to: ${failure.detail}.`;
    case "PROGRAM_CHANGED":
      return `${failure.path} is not the file that the policy pinned: ${failure.detail}. Load the policy again.`;
    case "SANDBOX_BUSY":
      return "A sandbox runs one command at a time.";
    case "SANDBOX_CLOSED":
      return "The sandbox is closed.";
    case "WORK_DIRECTORY_FAILED":
      return `The working directory ${failure.path} failed: ${failure.detail}.`;
  }
}
