import { bincode } from "../bincode/builders.ts";

const { bytes, enumeration, i32, map, result, string, struct, u64, unit, vec } = bincode;

/** What a guest asks `platform_exec.exec_command` for; head only, as all of `platform_exec`. */
export const execRequest = struct({
  command: string,
  args: vec(string),
  env: map(string, string),
  stdin: bytes,
});

/** What a command left behind. */
export const execResponse = struct({ exitCode: i32, stdout: bytes, stderr: bytes });

/** Why a command has no response. `OutputTooLarge` is in bytes, both streams together. */
export const execError = enumeration({
  Disabled: unit,
  CommandNotAllowed: string,
  ArgsNotAllowed: string,
  EnvVarNotAllowed: string,
  LimitExceeded: unit,
  Timeout: unit,
  OutputTooLarge: u64,
  Failed: string,
});

/** What `exec_command` answers with. */
export const execResult = result(execResponse, execError);
