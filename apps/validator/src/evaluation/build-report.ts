import { hash } from "node:crypto";
import type { CommandRecord, SandboxHost } from "@assay/sandbox-host";
import { OUTCOME_OF_ERROR } from "../outcome.ts";
import type { CommandReport, EvaluationReport, ReportError } from "../report/schema.ts";
import { shorten } from "../report/shorten.ts";
import type { GuestCall, Verdict } from "./guest-call.ts";
import type { EvaluationCall, EvaluationRequest } from "./request.ts";

/** What a report keeps of a text whose length a challenge chooses, in UTF-16 units: 64 Ki. */
export const MAX_TEXT_CHARACTERS = 64 * 1024;

/** What an evaluation came to before it is written down. */
export type Ending =
  | { readonly kind: "verdict"; readonly verdict: Verdict }
  | { readonly kind: "failed"; readonly error: ReportError };

/** Everything that is known about an evaluation that was run. */
export interface Evaluated {
  readonly request: EvaluationRequest;
  readonly host: SandboxHost;
  readonly ending: Ending;
  /** `null`: the guest was never called. */
  readonly called: GuestCall | null;
  readonly durationMs: number;
}

/** The report of an evaluation that was run. */
export function buildReport({ request, host, ending, called, durationMs }: Evaluated): EvaluationReport {
  const counters = host.counters();
  const base =
    ending.kind === "failed"
      ? failedReport(request.call, ending.error)
      : verdictReport(request.call, ending.verdict);
  return {
    ...base,
    memoryPeakBytes: called?.usage.memoryPeakBytes ?? null,
    fuelUsed: called?.usage.fuelUsed ?? null,
    fuelVersion: called?.usage.fuelVersion ?? null,
    slices: called?.usage.slices ?? null,
    cpuTimeMs: roundMsOrNull(called?.usage.cpuTimeMs),
    deterministic: request.deterministic,
    clockStartMs: request.clock.mode === "real" ? null : request.clock.timestampMs,
    durationMs: roundMs(durationMs),
    commands: host.records().map(commandReport),
    commandsOmitted: counters.recordsOmitted,
    logs: host.logs().map((line) => ({ ...line })),
    logsOmitted: counters.logDropped + counters.logUnreadable,
    ...request.identity,
    abi: called?.abi ?? null,
    moduleSha256: hash("sha256", request.module),
    policySha256: request.policy.sha256,
    policyFile: request.policyFile,
  };
}

/** The report of an evaluation that came to no verdict, as far as it is known before anything was run. */
export function failedReport(call: EvaluationCall, error: ReportError): EvaluationReport {
  const { text, omitted } = shorten(error.message, MAX_TEXT_CHARACTERS);
  const message = omitted === 0 ? text : `${text}… (${omitted} more characters)`;
  return emptyReport(call, OUTCOME_OF_ERROR[error.code], { code: error.code, message });
}

function verdictReport(call: EvaluationCall, verdict: Verdict): EvaluationReport {
  const message = verdict.message === null ? null : shorten(verdict.message, MAX_TEXT_CHARACTERS);
  return {
    ...emptyReport(call, verdict.valid ? "valid" : "not-valid", null),
    score: verdict.score === null ? null : String(verdict.score),
    valid: verdict.valid,
    message: message?.text ?? null,
    messageOmitted: message?.omitted ?? 0,
    metricsBase64: base64(verdict.metrics),
    detailsBase64: base64(verdict.details),
  };
}

function emptyReport(
  call: EvaluationCall,
  outcome: EvaluationReport["outcome"],
  error: ReportError | null,
): EvaluationReport {
  return {
    reportVersion: 2,
    call,
    outcome,
    score: null,
    valid: null,
    message: null,
    messageOmitted: 0,
    error,
    metricsBase64: null,
    detailsBase64: null,
    memoryPeakBytes: null,
    fuelUsed: null,
    fuelVersion: null,
    slices: null,
    cpuTimeMs: null,
    deterministic: null,
    clockStartMs: null,
    durationMs: 0,
    commands: [],
    commandsOmitted: 0,
    logs: [],
    logsOmitted: 0,
    evaluationId: null,
    challengeId: null,
    validatorId: null,
    abi: null,
    moduleSha256: null,
    policySha256: null,
    policyFile: null,
  };
}

function commandReport(record: CommandRecord): CommandReport {
  switch (record.outcome) {
    case "unreadable":
    case "malformed":
      return { outcome: record.outcome, message: record.text };
    case "denied": {
      const { program, args, argsOmitted, reasons, reasonsOmitted } = record;
      const denied = reasons.map(({ reason, text }) => ({ code: reason.code, message: text }));
      return { outcome: "denied", program, args: [...args], argsOmitted, denied, reasonsOmitted };
    }
    default:
      return { ...record, args: [...record.args], durationMs: roundMs(record.durationMs) };
  }
}

function base64(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString("base64");
}

function roundMsOrNull(durationMs: number | null | undefined): number | null {
  return durationMs == null ? null : roundMs(durationMs);
}

/** Microseconds are as exact as the clock is. */
function roundMs(durationMs: number): number {
  return Math.round(durationMs * 1000) / 1000;
}
