import type { HostFunctionSignature } from "./abi.ts";

/** The functions of one import module, by name. */
export interface HostModule {
  readonly module: string;
  readonly functions: Readonly<Record<string, HostFunctionSignature>>;
}

/**
 * What a guest may import from `platform_sandbox`.
 *
 * - `sandbox_exec(request, answer) -> i32`: runs one command. Answers by convention A, see {@link answerFor}.
 * - `get_timestamp() -> i64`: milliseconds since the Unix epoch.
 * - `log_message(level, text)`: one log line, lossy UTF-8; for the level see {@link logLevelName}.
 * - `sandbox_status() -> i32`: 0, see `SANDBOX_STATUS`; head only.
 */
export const PLATFORM_SANDBOX = {
  module: "platform_sandbox",
  functions: {
    sandbox_exec: { params: ["bytes", "buffer"], result: "i32", kind: "suspending" },
    get_timestamp: { params: [], result: "i64", kind: "sync" },
    log_message: { params: ["i32", "bytes"], result: null, kind: "sync" },
    sandbox_status: { params: [], result: "i32", kind: "sync", levels: ["head"] },
  },
} as const satisfies HostModule;
