export type { SandboxClock } from "./clock.ts";
export type { SandboxCounters } from "./counters.ts";
export { WIRE_ERROR_OF_REASON } from "./denial.ts";
export type { SandboxHostFailure } from "./errors.ts";
export { SandboxHostError } from "./errors.ts";
export type { GuestStream } from "./guest-output.ts";
export { printableText } from "./printable-text.ts";
export type {
  CommandRecord,
  DeniedCommandRecord,
  LogRecord,
  RanCommandRecord,
  RecordedCommand,
  RecordedReason,
  UnreadableCommandRecord,
} from "./records.ts";
export { MAX_COMMAND_RECORDS } from "./records.ts";
export type { SandboxHost, SandboxHostOptions } from "./registrar.ts";
export { createSandboxHost, DEFAULT_MAX_KEPT_REPLY_BYTES } from "./registrar.ts";
export { MAX_REFUSED_REQUESTS, maxRequestBytes } from "./request-limits.ts";
export type { HostFailure } from "./state.ts";
export { MAX_LOG_LINE_BYTES } from "./write-log-line.ts";
