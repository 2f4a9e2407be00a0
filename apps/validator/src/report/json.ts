import type { InspectionReport } from "./inspection-schema.ts";
import type { DoctorReport, EvaluationReport } from "./schema.ts";

/**
 * Runs of what JSON may hold raw, but a terminal could obey: DEL, C1, bidi and other format characters, line separators. Runs, because
 * a challenge may write nothing else.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** The report as one line of JSON, safe to look at in a terminal. Parsing it gives the report back. */
export function renderJson(report: EvaluationReport | DoctorReport | InspectionReport): string {
  return `${JSON.stringify(report).replace(UNPRINTABLE, escapeUnits)}\n`;
}

function escapeUnits(run: string): string {
  let escaped = "";
  for (let index = 0; index < run.length; index++) {
    escaped += `\\u${run.charCodeAt(index).toString(16).padStart(4, "0")}`;
  }
  return escaped;
}
