import type { ApprovedPlan } from "@assay/sandbox-policy";

/** How a command ended. Closed: every run has exactly one of these, and each holds whatever the command tried. */
export type ProcessOutcome =
  /** The command ended by itself with this code, as its reaper saw it. */
  | { readonly kind: "exited"; readonly exitCode: number }
  /** The command was ended by a signal that did not come from us. */
  | { readonly kind: "signalled"; readonly signal: NodeJS.Signals }
  /** The deadline passed; the command and all its descendants were killed. */
  | { readonly kind: "timed-out"; readonly timeoutMs: number }
  /** A stream exceeded its limit and the policy says that this ends the run. */
  | { readonly kind: "output-limit"; readonly stream: "stdout" | "stderr"; readonly maxOutputBytes: number }
  /** The kernel killed the command for its use of memory. */
  | { readonly kind: "out-of-memory" }
  /** The caller's signal was aborted, or the sandbox was closed. */
  | { readonly kind: "cancelled" }
  /** The command could not be started. */
  | { readonly kind: "spawn-failed"; readonly detail: string };

/** One output stream: what was kept, and how much there was. */
export interface CollectedStream {
  /** The first bytes of the stream, at most `limits.maxOutputBytes`. Raw: nothing is decoded or stripped. */
  readonly bytes: Uint8Array;
  /** How many bytes the command wrote, kept or not. */
  readonly seenBytes: number;
  /** `true` only when bytes were lost. */
  readonly truncated: boolean;
}

/** What became of the bytes for standard input. */
export interface StdinReport {
  readonly offeredBytes: number;
  /** Bytes that the operating system took; a command may have read fewer. */
  readonly writtenBytes: number;
  /** The command ended, or closed its standard input, before all bytes were taken. */
  readonly closedEarly: boolean;
}

/** Everything known about one run. Present in full for every outcome. */
export interface ProcessResult {
  readonly outcome: ProcessOutcome;
  readonly stdout: CollectedStream;
  readonly stderr: CollectedStream;
  readonly stdin: StdinReport;
  /** Wall clock from the release of the command to its end, descendants included. */
  readonly durationMs: number;
  /** User and system time of the command and the children it waited for; `null` when it was killed before it could be read. */
  readonly cpuTimeMs: number | null;
  /** The limits that applied. */
  readonly limits: ApprovedPlan["limits"];
  /** The plan that ran. */
  readonly planSha256: string;
}
