import type { SandboxExecAnswer } from "@assay/host-interface";
import type { ProcessResult } from "@assay/process-executor";

/** The exit code of a command that was ended by a signal, as the original gives it. */
export const EXIT_CODE_OF_SIGNALLED = -1;

/** What a guest is told beside the result; the times are not always the ones that were measured. */
export interface FactsForGuest {
  readonly durationMs: bigint;
  readonly timeoutMs: bigint;
  /** Inside the sandbox. */
  readonly workingDirectory: string;
}

/**
 * What a guest is told about a run:
 *
 * | outcome | answer |
 * | --- | --- |
 * | `exited` | `Ok` with the exit code |
 * | `signalled` | `Ok` with exit code -1, as the original |
 * | `timed-out` | the timeout error; the original has no output in it |
 * | `output-limit` | `ExecutionFailed("output limit: …")`: no command can fake an error, as it could an exit code |
 * | `out-of-memory` | `ExecutionFailed("out of memory")` |
 * | `cancelled` | `ExecutionFailed("cancelled")`; the guest has normally ended and nobody reads it |
 * | `spawn-failed` | `ExecutionFailed("the command could not be started in …")`, with the directory inside the sandbox: the executor's own detail may name files of the host |
 *
 * An `Ok` whose output was cut (`onOutputLimit: "discard"`) ends its standard error with one line that says so, because the message
 * has no field for it: `assay: output truncated: stdout kept 10 of 25 bytes`. The host writes that line last, so a command can add
 * a false one but never hide a true one.
 */
export function answerForGuest(result: ProcessResult, facts: FactsForGuest): SandboxExecAnswer {
  const { outcome } = result;
  switch (outcome.kind) {
    case "exited":
      return completed(result, outcome.exitCode, facts);
    case "signalled":
      return completed(result, EXIT_CODE_OF_SIGNALLED, facts);
    case "timed-out":
      return { ok: false, error: { kind: "timeout", timeoutMs: facts.timeoutMs } };
    case "output-limit":
      return failed(`output limit: more than ${outcome.maxOutputBytes} bytes on ${outcome.stream}`);
    case "out-of-memory":
      return failed("out of memory");
    case "cancelled":
      return CANCELLED;
    case "spawn-failed":
      return failed(`the command could not be started in ${facts.workingDirectory}`);
  }
}

/** The answer to a guest that ended before its command did. */
export const CANCELLED: SandboxExecAnswer = failed("cancelled");

function failed(text: string): SandboxExecAnswer {
  return { ok: false, error: { kind: "execution-failed", text } };
}

function completed(result: ProcessResult, exitCode: number, facts: FactsForGuest): SandboxExecAnswer {
  return {
    ok: true,
    exitCode,
    stdout: result.stdout.bytes,
    stderr: withNotice(result.stderr.bytes, truncationNotice(result)),
    durationMs: facts.durationMs,
  };
}

function truncationNotice(result: ProcessResult): string {
  const cut = (["stdout", "stderr"] as const).filter((stream) => result[stream].truncated);
  if (cut.length === 0) return "";
  const sizes = cut.map(
    (stream) => `${stream} kept ${result[stream].bytes.length} of ${result[stream].seenBytes} bytes`,
  );
  return `assay: output truncated: ${sizes.join(", ")}\n`;
}

const NEWLINE = 0x0a;

/** The notice is a line of its own, also after a line that was cut. */
function withNotice(stderr: Uint8Array, notice: string): Uint8Array {
  if (notice === "") return stderr;
  const separator = stderr.length === 0 || stderr.at(-1) === NEWLINE ? "" : "\n";
  const line = new TextEncoder().encode(`${separator}${notice}`);
  const joined = new Uint8Array(stderr.length + line.length);
  joined.set(stderr);
  joined.set(line, stderr.length);
  return joined;
}
