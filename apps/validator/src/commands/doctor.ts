import { Command } from "commander";
import { composeExecutor } from "../compose.ts";
import { CANCELLED, errorOfThrown } from "../evaluation/report-error.ts";
import { OUTCOME_OF_ERROR, type Outcome } from "../outcome.ts";
import { renderDoctorText } from "../report/doctor-text.ts";
import { renderJson } from "../report/json.ts";
import { createPaint } from "../report/paint.ts";
import type { DoctorReport, ReportError } from "../report/schema.ts";
import { type CommandIo, outputWidth, type Run, writeOutput } from "./command-io.ts";
import { jsonOption } from "./options.ts";

/** `assay doctor`: says whether this machine can evaluate, and if not, why and what to do. */
export function doctorCommand(run: Run): Command {
  return new Command("doctor")
    .description("say what this machine can enforce, and what to do where it cannot")
    .addOption(jsonOption())
    .action((options: Record<string, unknown>) => run((io) => examine(options["json"] === true, io)));
}

async function examine(json: boolean, io: CommandIo): Promise<Outcome> {
  const report = await examineMachine(io);
  const text = json
    ? renderJson(report)
    : renderDoctorText(report, { width: outputWidth(io), paint: createPaint(io.stdout) });
  await writeOutput(io, text);
  return report.outcome;
}

async function examineMachine(io: CommandIo): Promise<DoctorReport> {
  try {
    await using executor = composeExecutor();
    const { platform, isolated, protections, durationMs } = await executor.probe();
    const missing = protections.find(({ status }) => status === "unavailable");
    const base = {
      ...doctorReport(platform),
      isolated,
      protections: protections.map((row) => ({ ...row })),
      durationMs,
    };
    if (io.signal.aborted) return failed(base, CANCELLED);
    if (missing !== undefined) {
      const message = `commands cannot be isolated: ${missing.protection} is unavailable (${missing.detail})`;
      return failed(base, { code: "ISOLATION_UNAVAILABLE", message });
    }
    if (!base.node.promiseIntegration) {
      const message = `Node ${process.versions.node} cannot let a guest wait for a command; use 24.21 or newer`;
      return failed(base, { code: "ENGINE_UNSUPPORTED", message });
    }
    return { ...base, outcome: "ready", error: null };
  } catch (error) {
    return failed(doctorReport(), errorOfThrown(error));
  }
}

/** The report of a `doctor` that could not look. */
export function failedDoctorReport(error: ReportError): DoctorReport {
  return failed(doctorReport(), error);
}

function failed(report: Omit<DoctorReport, "outcome" | "error">, error: ReportError): DoctorReport {
  return { ...report, outcome: OUTCOME_OF_ERROR[error.code], error };
}

function doctorReport(
  platform = `${process.platform}-${process.arch}`,
): Omit<DoctorReport, "outcome" | "error"> {
  return {
    reportVersion: 1,
    node: { version: process.versions.node, promiseIntegration: hasPromiseIntegration() },
    platform,
    isolated: false,
    protections: [],
    durationMs: 0,
  };
}

function hasPromiseIntegration(): boolean {
  const api: unknown = Reflect.get(globalThis, "WebAssembly");
  return typeof api === "object" && api !== null && "Suspending" in api && "promising" in api;
}
