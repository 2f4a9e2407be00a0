import { bincode } from "../bincode/builders.ts";

const { bytes, enumeration, i32, map, option, result, string, struct, tuple, u64, vec } = bincode;

/** What a guest asks `sandbox_exec` for. The levels order the fields differently, and pr33 has no timeout. */
export const sandboxExecRequest = {
  head: struct({
    command: string,
    args: vec(string),
    envVars: vec(tuple(string, string)),
    workingDir: option(string),
    stdin: option(bytes),
    timeoutMs: u64,
  }),
  pr33: struct({
    command: string,
    args: vec(string),
    env: map(string, string),
    stdin: option(bytes),
    workingDirectory: option(string),
  }),
} as const;

/** What a command that ran left behind; the same at both levels. `exitCode` is -1 for one that a signal ended. */
export const sandboxExecResponse = struct({
  exitCode: i32,
  stdout: bytes,
  stderr: bytes,
  durationMs: u64,
});

/** Why a command has no result. `ExecutionTimeout` is in whole seconds, `Timeout` in milliseconds. */
export const sandboxExecError = {
  head: enumeration({
    Disabled: bincode.unit,
    CommandNotAllowed: string,
    ExecutionTimeout: u64,
    ExecutionFailed: string,
    MemoryError: string,
  }),
  pr33: enumeration({
    SandboxDisabled: bincode.unit,
    CommandNotAllowed: string,
    Timeout: u64,
    OutputTooLarge: u64,
    ExecutionFailed: string,
    PolicyViolation: string,
  }),
} as const;

/** What `sandbox_exec` answers with. */
export const sandboxExecResult = {
  head: result(sandboxExecResponse, sandboxExecError.head),
  pr33: result(sandboxExecResponse, sandboxExecError.pr33),
} as const;
