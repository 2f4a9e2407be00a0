import type { AbiLevel } from "./abi.ts";
import { type DecodeOptions, decode } from "./bincode/decode.ts";
import { encode } from "./bincode/encode.ts";
import type { BincodeError } from "./bincode/errors.ts";
import type { Infer } from "./bincode/schema.ts";
import { type sandboxExecError, sandboxExecRequest, sandboxExecResult } from "./messages/sandbox.ts";

/** A request of `sandbox_exec`, whatever the level. Everything in it is the guest's word. */
export interface SandboxExecRequest {
  readonly command: string;
  readonly args: readonly string[];
  /** In the guest's order; at head a name can occur more than once. */
  readonly env: readonly (readonly [string, string])[];
  readonly workingDirectory: string | null;
  /** `null`: none; empty: a stdin that ends at once. */
  readonly stdin: Uint8Array | null;
  /** `null`: the guest leaves it to the policy. */
  readonly timeoutMs: bigint | null;
}

/** An answer of `sandbox_exec`, whatever the level. */
export type SandboxExecAnswer =
  | {
      readonly ok: true;
      /** -1 when a signal ended the command. */
      readonly exitCode: number;
      readonly stdout: Uint8Array;
      readonly stderr: Uint8Array;
      readonly durationMs: bigint;
    }
  | { readonly ok: false; readonly error: SandboxExecFailure };

/** Why a command has no result. All of it is a value for the guest, never a trap. */
export type SandboxExecFailure =
  /** This host runs no commands. */
  | { readonly kind: "disabled" }
  /** The policy denies the command. `text` is for the guest; in the original it is the command's name. */
  | { readonly kind: "command-not-allowed"; readonly text: string }
  | { readonly kind: "timeout"; readonly timeoutMs: bigint }
  | { readonly kind: "execution-failed"; readonly text: string }
  /** The request could not be read from the guest's memory; `text` is a `MemoryFault`. */
  | { readonly kind: "memory-error"; readonly text: string };

/**
 * Reads a request. Bytes of one level can decode at the other and mean something else: a request does not say which
 * level it is.
 *
 * @returns a `timeoutMs` of 0 at head, and no timeout at pr33, are both `null`.
 * @throws {BincodeError} the bytes are no request; {@link malformedSandboxExecRequest} makes the answer.
 */
export function decodeSandboxExecRequest(
  level: AbiLevel,
  bytes: Uint8Array,
  options?: DecodeOptions,
): SandboxExecRequest {
  if (level === "head") {
    const { command, args, envVars, workingDir, stdin, timeoutMs } = decode(
      sandboxExecRequest.head,
      bytes,
      options,
    );
    return {
      command,
      args,
      env: envVars,
      workingDirectory: workingDir,
      stdin,
      timeoutMs: timeoutMs === 0n ? null : timeoutMs,
    };
  }
  return { ...decode(sandboxExecRequest.pr33, bytes, options), timeoutMs: null };
}

/**
 * Writes a request as a guest does. pr33 has no field for `timeoutMs`: it is left out.
 *
 * @throws {HostInterfaceError} `VALUE_NOT_ENCODABLE`: a lone surrogate in a text, or a timeout beyond 64 bits.
 */
export function encodeSandboxExecRequest(level: AbiLevel, request: SandboxExecRequest): Uint8Array {
  if (level === "head") {
    const { command, args, env, workingDirectory, stdin, timeoutMs } = request;
    return encode(sandboxExecRequest.head, {
      command,
      args,
      envVars: env,
      workingDir: workingDirectory,
      stdin,
      timeoutMs: timeoutMs ?? 0n,
    });
  }
  return encode(sandboxExecRequest.pr33, request);
}

/** The answer to a request that does not decode, worded as the original words it at `level`. */
export function malformedSandboxExecRequest(level: AbiLevel, error: BincodeError): SandboxExecFailure {
  const noun = level === "head" ? "request" : "payload";
  return { kind: "execution-failed", text: `invalid sandbox exec ${noun}: ${error.message}` };
}

/**
 * Writes an answer as the level words it. At head a timeout is whole seconds, rounded down, so 999 ms becomes 0; at
 * pr33 a memory error is an execution failure with the same text.
 *
 * @throws {HostInterfaceError} `VALUE_NOT_ENCODABLE`: a lone surrogate in a text, or a number out of its range.
 */
export function encodeSandboxExecAnswer(level: AbiLevel, answer: SandboxExecAnswer): Uint8Array {
  if (level === "head") {
    return encode(
      sandboxExecResult.head,
      answer.ok ? { variant: "Ok", value: answer } : { variant: "Err", value: toHeadError(answer.error) },
    );
  }
  return encode(
    sandboxExecResult.pr33,
    answer.ok ? { variant: "Ok", value: answer } : { variant: "Err", value: toPr33Error(answer.error) },
  );
}

/**
 * Reads an answer as a guest does.
 *
 * @returns for a timeout at head, whole seconds in milliseconds. `OutputTooLarge` and `PolicyViolation` of pr33, which
 *   no host produces, become execution failures that say so.
 * @throws {BincodeError} the bytes are no answer of this level.
 */
export function decodeSandboxExecAnswer(
  level: AbiLevel,
  bytes: Uint8Array,
  options?: DecodeOptions,
): SandboxExecAnswer {
  if (level === "head") {
    const result = decode(sandboxExecResult.head, bytes, options);
    return result.variant === "Ok"
      ? { ok: true, ...result.value }
      : { ok: false, error: fromHeadError(result.value) };
  }
  const result = decode(sandboxExecResult.pr33, bytes, options);
  return result.variant === "Ok"
    ? { ok: true, ...result.value }
    : { ok: false, error: fromPr33Error(result.value) };
}

type HeadError = Infer<typeof sandboxExecError.head>;
type Pr33Error = Infer<typeof sandboxExecError.pr33>;

function toHeadError(failure: SandboxExecFailure): HeadError {
  switch (failure.kind) {
    case "disabled":
      return { variant: "Disabled" };
    case "command-not-allowed":
      return { variant: "CommandNotAllowed", value: failure.text };
    case "timeout":
      return { variant: "ExecutionTimeout", value: failure.timeoutMs / 1000n };
    case "execution-failed":
      return { variant: "ExecutionFailed", value: failure.text };
    case "memory-error":
      return { variant: "MemoryError", value: failure.text };
  }
}

function fromHeadError(error: HeadError): SandboxExecFailure {
  switch (error.variant) {
    case "Disabled":
      return { kind: "disabled" };
    case "CommandNotAllowed":
      return { kind: "command-not-allowed", text: error.value };
    case "ExecutionTimeout":
      return { kind: "timeout", timeoutMs: error.value * 1000n };
    case "ExecutionFailed":
      return { kind: "execution-failed", text: error.value };
    case "MemoryError":
      return { kind: "memory-error", text: error.value };
  }
}

function toPr33Error(failure: SandboxExecFailure): Pr33Error {
  switch (failure.kind) {
    case "disabled":
      return { variant: "SandboxDisabled" };
    case "command-not-allowed":
      return { variant: "CommandNotAllowed", value: failure.text };
    case "timeout":
      return { variant: "Timeout", value: failure.timeoutMs };
    case "execution-failed":
    case "memory-error":
      return { variant: "ExecutionFailed", value: failure.text };
  }
}

function fromPr33Error(error: Pr33Error): SandboxExecFailure {
  switch (error.variant) {
    case "SandboxDisabled":
      return { kind: "disabled" };
    case "CommandNotAllowed":
      return { kind: "command-not-allowed", text: error.value };
    case "Timeout":
      return { kind: "timeout", timeoutMs: error.value };
    case "OutputTooLarge":
      return { kind: "execution-failed", text: `output too large: ${error.value} bytes` };
    case "ExecutionFailed":
      return { kind: "execution-failed", text: error.value };
    case "PolicyViolation":
      return { kind: "execution-failed", text: `policy violation: ${error.value}` };
  }
}
