import type { ApprovedPlan, PinnedProgram } from "@assay/sandbox-policy";
import type { HostReport } from "./host-report.ts";
import type { ProcessResult } from "./result.ts";

/** What every command of one sandbox has in common; fixed when the sandbox is opened. */
export interface SandboxOptions {
  /** `true` shares the host's network with the commands, and only that; `false` leaves them no interface at all. */
  readonly network: boolean;
  /** The programs that plans for this sandbox may run. A plan with any other program is refused. */
  readonly programs: readonly PinnedProgram[];
}

/** What goes into one run beside its plan. */
export interface RunOptions {
  /** Bytes for the command's standard input. Absent or `null`: the command reads end-of-file at once. */
  readonly stdin?: Uint8Array | null;
  /** Ends the run with outcome `cancelled`. */
  readonly signal?: AbortSignal;
  /** Called with every kept chunk of standard output, as it arrives. */
  readonly onStdout?: (chunk: Uint8Array) => void;
  /** Called with every kept chunk of standard error, as it arrives. */
  readonly onStderr?: (chunk: Uint8Array) => void;
}

/** Opens sandboxes on this machine, or says which protection the machine cannot give. */
export interface ProcessExecutor extends AsyncDisposable {
  /**
   * Opens the sandbox of one evaluation: a private working directory, and a first command's isolation started ahead of need.
   *
   * @throws {ProcessExecutorError} `ISOLATION_UNAVAILABLE` names the protection that this host cannot give; nothing has run.
   * @throws {ProcessExecutorError} `INHERITED_DESCRIPTOR` when a descriptor of this process would reach the command.
   */
  open(options: SandboxOptions): Promise<Sandbox>;
  /** Runs the production arguments with a canary and reports each protection, within 5 000 ms. Never throws for a weak host. */
  probe(): Promise<HostReport>;
  /** Closes every sandbox that is still open. */
  close(): Promise<void>;
}

/** The sandbox of one evaluation. Its working directory lives across its commands and is gone after `close`. */
export interface Sandbox extends AsyncDisposable {
  /**
   * Runs one approved plan and waits until it and all its descendants are gone.
   *
   * @returns what the command did. A non-zero exit, a signal, a timeout and too much output are outcomes, not errors.
   * @throws {ProcessExecutorError} `PLAN_NOT_APPROVED`, `PLAN_NOT_FOR_SANDBOX`, `PROGRAM_CHANGED`, `SANDBOX_BUSY`, `SANDBOX_CLOSED` or
   *   `ISOLATION_UNAVAILABLE`: the command did not run.
   */
  run(plan: ApprovedPlan, options?: RunOptions): Promise<ProcessResult>;
  /** Ends what still runs (its outcome is `cancelled`), and removes the working directory. Safe to call twice. */
  close(): Promise<void>;
}
