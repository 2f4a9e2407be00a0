import { printableText } from "@assay/sandbox-host";
import { adviceFor } from "./advice.ts";
import { formatBytes, formatDuration } from "./format.ts";
import type { Paint } from "./paint.ts";
import type { CommandReport, EvaluationReport } from "./schema.ts";
import { type Column, tableLines } from "./table.ts";
import { fitText } from "./text-width.ts";

/** How a report for people is shown. */
export interface TextOptions {
  /** Of the terminal, in columns. */
  readonly width: number;
  readonly paint: Paint;
}

/** More rows than that are for a program to read. */
const MAX_ROWS = 40;
const MAX_MESSAGE_COLUMNS = 2000;

/**
 * The report for people: the verdict, then the commands as a table, then what was denied and why. Text that came from a challenge or from a
 * submission is escaped and cut: whatever it holds, the only control characters are the newlines that are put here, and what `paint` adds.
 */
export function renderText(report: EvaluationReport, options: TextOptions): string {
  const sections = [
    verdict(report, options),
    commandTable(report, options),
    denials(report, options),
    footer(report, options),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

const VERDICTS = {
  valid: { title: "VALID", colour: ["bold", "green"] },
  "not-valid": { title: "NOT VALID", colour: ["bold", "red"] },
  cancelled: { title: "CANCELLED", colour: ["bold", "yellow"] },
  failed: { title: "FAILED", colour: ["bold", "red"] },
} as const;

function verdict({ outcome, score, message, error }: EvaluationReport, { paint }: TextOptions): string[] {
  const known =
    outcome === "valid" || outcome === "not-valid" || outcome === "cancelled" ? outcome : "failed";
  const { title, colour } = VERDICTS[known];
  if (error !== null) {
    const advice = adviceFor(error.code);
    const code = error.code === title ? "" : `${error.code}: `;
    const lines = [`${paint(colour, title)}  ${code}${shown(error.message)}`];
    return advice === null ? lines : [...lines, advice];
  }
  const parts = [paint(colour, title), score === null ? "" : `score ${score}`, shown(message ?? "")];
  return [parts.filter((part) => part !== "").join("  ")];
}

const COLUMNS: readonly Column[] = [
  { title: "program", align: "left" },
  { title: "arguments", align: "left", flexible: true },
  { title: "outcome", align: "left" },
  { title: "stdout", align: "right" },
  { title: "stderr", align: "right" },
  { title: "time", align: "right" },
];

function commandTable(
  { commands, commandsOmitted }: EvaluationReport,
  { width, paint }: TextOptions,
): string[] {
  if (commands.length === 0) return [];
  const rows = commands.slice(0, MAX_ROWS).map(commandRow);
  const [titles = "", ...lines] = tableLines(COLUMNS, rows, width);
  const more = commands.length - rows.length + commandsOmitted;
  return [
    paint(["dim"], titles),
    ...lines,
    ...(more > 0 ? [`… and ${more} more; --json has the first 1000`] : []),
  ];
}

const MAX_PROGRAM_COLUMNS = 24;
const MAX_SIGNAL_COLUMNS = 16;

function commandRow(command: CommandReport): string[] {
  if (command.outcome === "unreadable" || command.outcome === "malformed")
    return ["?", "", command.outcome, "", "", ""];
  const program = fitText(printableText(command.program), MAX_PROGRAM_COLUMNS);
  const args = argumentsText(command);
  if (command.outcome === "denied") return [program, args, "denied", "", "", ""];
  const { stdoutBytes, stderrBytes, durationMs } = command;
  return [
    program,
    args,
    outcomeText(command),
    formatBytes(stdoutBytes),
    formatBytes(stderrBytes),
    formatDuration(durationMs),
  ];
}

type RanCommand = Exclude<CommandReport, { outcome: "denied" | "unreadable" | "malformed" }>;

function outcomeText({ outcome, exitCode, signal, truncated }: RanCommand): string {
  // That output was cut is the very meaning of this outcome.
  if (outcome === "output-limit") return outcome;
  const ended =
    outcome === "exited" ? `exit ${exitCode}` : fitText(printableText(signal ?? outcome), MAX_SIGNAL_COLUMNS);
  return truncated ? `${ended}, output cut` : ended;
}

function argumentsText({
  args,
  argsOmitted,
}: {
  readonly args: readonly string[];
  readonly argsOmitted: number;
}): string {
  const words = args.map((argument) =>
    /^[\w./:=@%+,-]+$/.test(argument) ? argument : `'${printableText(argument)}'`,
  );
  return [...words, ...(argsOmitted > 0 ? [`… ${argsOmitted} more`] : [])].join(" ");
}

/** A command and why it did not run; the same story is told once. */
function denials({ commands }: EvaluationReport, { width, paint }: TextOptions): string[] {
  const stories = commands.flatMap((command) => {
    if (command.outcome === "denied") {
      const reasons = command.denied.map(({ message }) => `    - ${shown(message)}`);
      const more = command.reasonsOmitted > 0 ? [`    - and ${command.reasonsOmitted} more reasons`] : [];
      const asked = `${printableText(command.program)} ${argumentsText(command)}`.trimEnd();
      return [[`  ${fitText(asked, width - 2)}`, ...reasons, ...more].join("\n")];
    }
    if (command.outcome === "unreadable" || command.outcome === "malformed") {
      return [`  a request that was ${command.outcome}\n    - ${shown(command.message)}`];
    }
    return [];
  });
  if (stories.length === 0) return [];
  const distinct = [...Map.groupBy(stories, (story) => story)];
  const told = distinct
    .slice(0, MAX_ROWS)
    .map(([story, { length }]) => (length === 1 ? story : `${story}\n    (${length} times)`));
  const more = distinct.length - told.length;
  return [paint(["bold"], "Denied:"), ...told, ...(more > 0 ? [`  … and ${more} more; see --json`] : [])];
}

function footer(report: EvaluationReport, { paint }: TextOptions): string[] {
  const {
    policyFile,
    policySha256,
    moduleSha256,
    memoryPeakBytes,
    fuelUsed,
    durationMs,
    abi,
    deterministic,
    clockStartMs,
  } = report;
  const facts = [
    formatDuration(durationMs),
    memoryPeakBytes === null ? null : `${formatBytes(memoryPeakBytes)} of memory`,
    fuelUsed === null ? null : `${fuelUsed} of fuel`,
    deterministic === true ? "deterministic" : null,
    clockStartMs === null ? null : `clock from ${clockStartMs}`,
    abi === null ? null : `ABI ${abi}`,
    moduleSha256 === null ? null : `module ${moduleSha256.slice(0, 12)}`,
    policySha256 === null ? null : `policy ${policySha256.slice(0, 12)}`,
  ];
  const lines = [paint(["dim"], facts.filter((fact) => fact !== null).join(" · "))];
  if (policySha256 !== null && policyFile === null) {
    lines.push("No policy was given, so the default policy applied: it denies every command.");
  }
  return lines;
}

function shown(text: string): string {
  // Cut before it is escaped: a challenge may write tens of megabytes.
  return fitText(printableText(text.slice(0, MAX_MESSAGE_COLUMNS + 1)), MAX_MESSAGE_COLUMNS);
}
