/** What somebody untrusted asks to run. Nothing in it has been checked. */
export interface CommandRequest {
  /** A bare name, or the absolute path of a program that the policy lists. */
  readonly command: string;
  /** Without `argv[0]`, which the host sets. */
  readonly args: readonly string[];
  readonly env: readonly (readonly [string, string])[];
  /** Relative to the policy's `workingDirectory`, or an absolute path inside the sandbox; `null` means the policy's. */
  readonly workingDirectory: string | null;
  /** How many bytes of standard input come with the request; 0 when there is none. */
  readonly stdinBytes: number;
  /** Wall-clock milliseconds. `null` and 0 mean the policy's limit; a larger number than that has no effect. */
  readonly timeoutMs: number | null;
}
