import type { SandboxExecRequest } from "@assay/host-interface";
import type { CommandRequest } from "@assay/sandbox-policy";

/** The request as `decide` takes it. Nothing is cleaned up on the way: what is wrong with it is for `decide` to say. */
export function commandRequest(request: SandboxExecRequest): CommandRequest {
  const { command, args, env, workingDirectory, stdin, timeoutMs } = request;
  return {
    command,
    args,
    env,
    workingDirectory,
    stdinBytes: stdin?.length ?? 0,
    timeoutMs: timeoutMs === null ? null : wholeMilliseconds(timeoutMs),
  };
}

/** Beyond 2^53 a double is not exact, and a timeout of 285 000 years is as good as a longer one. */
function wholeMilliseconds(timeoutMs: bigint): number {
  return Number(timeoutMs > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : timeoutMs);
}
