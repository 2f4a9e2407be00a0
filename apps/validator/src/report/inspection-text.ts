import { printableText } from "@assay/sandbox-host";
import { formatBytes, formatDuration } from "./format.ts";
import type { InspectionReport } from "./inspection-schema.ts";
import { type Column, tableLines } from "./table.ts";
import type { TextOptions } from "./text.ts";
import { fitText } from "./text-width.ts";

/** More rows than that are for a program to read. */
const MAX_ROWS = 40;
const MAX_NAME_COLUMNS = 48;
const MAX_LINE_COLUMNS = 2000;
const PAGE_BYTES = 65_536;

/**
 * What a module is made of, for people: whether it would be run and why not, then its parts. All names are the module's own: they are escaped
 * and cut.
 */
export function renderInspectionText(report: InspectionReport, options: TextOptions): string {
  const sections = [
    [...verdict(report, options), ...refusals(report)],
    imports(report, options),
    exports(report, options),
    limits(report, options),
    features(report, options),
    customSections(report, options),
    footer(report, options),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function verdict(report: InspectionReport, { paint }: TextOptions): string[] {
  const { outcome, refusals: reasons, refusalsOmitted, moduleFile } = report;
  const file = shown(moduleFile ?? "");
  if (outcome === "runnable") return [`${paint(["bold", "green"], "RUNNABLE")}  ${file}`];
  const count = reasons.length + refusalsOmitted;
  return [
    `${paint(["bold", "red"], "REFUSED")}  ${file}  for ${count === 1 ? "one reason" : `${count} reasons`}`,
  ];
}

function refusals({ refusals: reasons, refusalsOmitted }: InspectionReport): string[] {
  const told = reasons.slice(0, MAX_ROWS);
  const more = reasons.length - told.length + refusalsOmitted;
  return [
    ...told.map(({ code, message }) => `  - ${code}: ${shown(message)}`),
    ...(more > 0 ? [`  … and ${more} more; --json has the first 100`] : []),
  ];
}

const IMPORT_COLUMNS: readonly Column[] = [
  { title: "import", align: "left" },
  { title: "type", align: "left", flexible: true },
  { title: "provided at", align: "left" },
];

function imports({ imports: all }: InspectionReport, options: TextOptions): string[] {
  const rows = all.map(({ module, name, type, providedAt }) => [
    named(`${module}::${name}`),
    printableText(type),
    providedAt.length === 0 ? "no level" : providedAt.join(", "),
  ]);
  return table(IMPORT_COLUMNS, rows, options);
}

const EXPORT_COLUMNS: readonly Column[] = [
  { title: "export", align: "left" },
  { title: "type", align: "left", flexible: true },
  { title: "recognised as", align: "left" },
];

function exports({ exports: all }: InspectionReport, options: TextOptions): string[] {
  // What an evaluation uses comes first.
  const sorted = all.toSorted((a, b) => Number(a.recognisedAs === null) - Number(b.recognisedAs === null));
  const rows = sorted.map(({ name, type, recognisedAs }) => [
    named(name),
    printableText(type),
    recognisedAs ?? "",
  ]);
  return table(EXPORT_COLUMNS, rows, options);
}

const LIMIT_COLUMNS: readonly Column[] = [
  { title: "limit", align: "left" },
  { title: "starts with", align: "right" },
  { title: "maximum", align: "right" },
  { title: "capped to", align: "right" },
];

function limits({ memory, tables }: InspectionReport, options: TextOptions): string[] {
  const row = (
    name: string,
    of: NonNullable<InspectionReport["memory"]>,
    format: (value: number) => string,
  ) => [
    name,
    format(of.minimum),
    of.maximum === null ? "none" : format(of.maximum),
    of.cappedTo === null ? "-" : format(of.cappedTo),
  ];
  return table(
    LIMIT_COLUMNS,
    [
      ...(memory === null ? [] : [row("memory", memory, (pages) => formatBytes(pages * PAGE_BYTES))]),
      ...tables.map((each, index) => row(`table ${index} of ${each.element}`, each, String)),
    ],
    options,
  );
}

const FEATURE_COLUMNS: readonly Column[] = [
  { title: "feature", align: "left" },
  { title: "declared", align: "left" },
  { title: "functions that use it", align: "right" },
];

function features({ declaredFeatures, usedFeatures }: InspectionReport, options: TextOptions): string[] {
  const uses = new Map((usedFeatures ?? []).map(({ feature, functions }) => [feature, functions]));
  const all = [...new Set([...declaredFeatures, ...uses.keys()])].sort();
  const rows = all.map((feature) => [
    feature,
    declaredFeatures.includes(feature) ? "yes" : "",
    usedFeatures === null ? "not read" : String(uses.get(feature) ?? 0),
  ]);
  return table(FEATURE_COLUMNS, rows, options);
}

const SECTION_COLUMNS: readonly Column[] = [
  { title: "custom section", align: "left" },
  { title: "size", align: "right" },
];

function customSections({ customSections: all }: InspectionReport, options: TextOptions): string[] {
  const rows = all.map(({ name, sizeBytes }) => [named(name), formatBytes(sizeBytes)]);
  return table(SECTION_COLUMNS, rows, options);
}

function footer(report: InspectionReport, { paint }: TextOptions): string[] {
  const { abi, sizeBytes, moduleSha256, counts, hasStart, rewrite, durationMs } = report;
  const facts = [
    sizeBytes === null ? null : formatBytes(sizeBytes),
    counts === null ? null : counts.functions === 1 ? "1 function" : `${counts.functions} functions`,
    hasStart === true ? "start function" : null,
    abi === null ? null : `ABI ${abi}`,
    moduleSha256 === null ? null : `module ${moduleSha256.slice(0, 12)}`,
    `examined in ${formatDuration(durationMs)}`,
  ];
  const lines = [paint(["dim"], facts.filter((fact) => fact !== null).join(" · "))];
  if (rewrite === null) return lines;
  const { beforeBytes, afterBytes, ratio, fuelVersion, deterministic } = rewrite;
  const sizes = `${formatBytes(beforeBytes)} to ${formatBytes(afterBytes)} (${ratio.toFixed(2)} times)`;
  const how = `${deterministic ? "deterministic, " : ""}fuel version ${fuelVersion}`;
  return [`Rewritten from ${sizes} in ${formatDuration(rewrite.durationMs)}, ${how}.`, ...lines];
}

function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { width, paint }: TextOptions,
): string[] {
  if (rows.length === 0) return [];
  const [titles = "", ...lines] = tableLines(columns, rows.slice(0, MAX_ROWS), width);
  const more = rows.length - MAX_ROWS;
  return [paint(["dim"], titles), ...lines, ...(more > 0 ? [`… and ${more} more; see --json`] : [])];
}

function named(name: string): string {
  return fitText(printableText(name), MAX_NAME_COLUMNS);
}

function shown(text: string): string {
  return fitText(printableText(text.slice(0, MAX_LINE_COLUMNS + 1)), MAX_LINE_COLUMNS);
}
