import { printableText } from "@assay/sandbox-host";
import type { DoctorReport } from "./schema.ts";
import { type Column, tableLines } from "./table.ts";
import type { TextOptions } from "./text.ts";

const COLUMNS: readonly Column[] = [
  { title: "protection", align: "left" },
  { title: "status", align: "left" },
  { title: "detail", align: "left", flexible: true },
];

/** The report for people: a row for each protection, then what Node can do, then the verdict. */
export function renderDoctorText(report: DoctorReport, { width, paint }: TextOptions): string {
  const { node, platform, protections, error } = report;
  const rows = protections.map(({ protection, status, detail }) => [
    protection,
    status,
    printableText(detail),
  ]);
  const [titles = "", ...lines] = tableLines(COLUMNS, rows, width);
  const table = rows.length === 0 ? [] : [paint(["dim"], titles), ...lines, ""];
  const waiting = node.promiseIntegration
    ? "guests can wait for commands"
    : "guests cannot wait for commands";
  const verdict =
    error === null
      ? `${paint(["bold", "green"], "READY")}  This machine can evaluate, and isolate every command.`
      : `${paint(["bold", "red"], "NOT READY")}  ${printableText(error.message)}`;
  return [...table, `Node ${node.version} on ${platform}: ${waiting}`, "", verdict, ""].join("\n");
}
