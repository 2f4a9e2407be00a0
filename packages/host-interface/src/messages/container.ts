import { bincode } from "../bincode/builders.ts";

const { bytes, enumeration, i32, option, result, string, struct, tuple, u32, u64, unit, vec } = bincode;

/** What a guest asks `platform_container.container_run` for; head only, as all of `platform_container`. */
export const containerRunRequest = struct({
  image: string,
  command: vec(string),
  envVars: vec(tuple(string, string)),
  workingDir: option(string),
  stdin: option(bytes),
  memoryLimitMb: option(u64),
  cpuLimit: option(u32),
  networkMode: option(string),
  timeoutMs: u64,
});

/** What a container left behind. */
export const containerRunResponse = struct({ exitCode: i32, stdout: bytes, stderr: bytes, durationMs: u64 });

/** Why a container has no response. `ExecutionTimeout` is in whole seconds. */
export const containerExecError = enumeration({
  Disabled: unit,
  ImageNotAllowed: string,
  ExecutionTimeout: u64,
  ExecutionFailed: string,
  ResourceLimitExceeded: string,
  MemoryError: string,
});

/** What `container_run` answers with. */
export const containerRunResult = result(containerRunResponse, containerExecError);
