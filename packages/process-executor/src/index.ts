export type { ProcessExecutorFailure } from "./errors.ts";
export { ProcessExecutorError } from "./errors.ts";
export type { ProcessExecutor, RunOptions, Sandbox, SandboxOptions } from "./executor.ts";
export type { HostReport, Protection, ProtectionStatus } from "./host-report.ts";
export { PROTECTIONS } from "./host-report.ts";
export type { CollectedStream, ProcessOutcome, ProcessResult, StdinReport } from "./result.ts";
