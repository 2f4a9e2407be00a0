import type { DoctorReport, EvaluationReport } from "./schema.ts";

/** What JSON may hold raw, but a terminal could obey: DEL, C1, bidi and other format characters, line separators. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The report as one line of JSON, safe to look at in a terminal. Parsing it gives the report back. */
export function renderJson(report: EvaluationReport | DoctorReport): string {
  return `${JSON.stringify(report).replace(UNPRINTABLE, escapeUnits)}\n`;
}

function escapeUnits(character: string): string {
  return character
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}
