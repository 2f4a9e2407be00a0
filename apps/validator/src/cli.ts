import { readFileSync } from "node:fs";
import { printableText } from "@assay/sandbox-host";
import { Command, CommanderError } from "commander";
import { z } from "zod";
import { type CommandIo, type Run, writeOutput } from "./commands/command-io.ts";
import { doctorCommand, failedDoctorReport } from "./commands/doctor.ts";
import { evaluateCommand } from "./commands/evaluate.ts";
import { helpCommand } from "./commands/help.ts";
import { inspectCommand } from "./commands/inspect.ts";
import { validateCommand } from "./commands/validate.ts";
import { failedReport } from "./evaluation/build-report.ts";
import { exitCodeTable } from "./exit-code.ts";
import { failedInspectionReport } from "./inspection/build-report.ts";
import type { Outcome } from "./outcome.ts";
import { renderJson } from "./report/json.ts";
import type { ReportError } from "./report/schema.ts";

const EXAMPLES = `Examples:
  assay evaluate contest.wasm --submission good.sh --policy contest.policy.json
  cat good.sh | assay evaluate contest.wasm --submission - --policy contest.policy.json --json
  assay validate contest.wasm --submission good.sh
  assay inspect contest.wasm
  assay doctor`;

const POLICIES = `Policies:
  A challenge may run the commands that --policy allows, and no others; the smallest policy,
  {}, allows none. Every field is explained in packages/sandbox-policy/README.md.`;

/**
 * Reads the arguments, runs the command that they name, and says how it ended; `null` when all they asked for was help. Wrong usage is an outcome
 * too, and with `--json` an object on standard output like any other.
 *
 * @throws what kept the report from being printed.
 */
export async function runCli(argv: readonly string[], io: CommandIo): Promise<Outcome | null> {
  let outcome: Outcome | null = null;
  const program = createProgram(io, async (command) => {
    outcome = await command(io);
  });
  try {
    await program.parseAsync(argv, { from: "user" });
    return outcome;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return null;
    if (wantsJson(argv)) {
      const message = usageText(error.message).replaceAll("\n", " ");
      await writeOutput(io, renderJson(usageReport(argv, { code: "USAGE", message })));
    }
    return "misconfigured";
  }
}

function createProgram(io: CommandIo, run: Run): Command {
  const program = new Command("assay")
    .description("Evaluates submissions with untrusted WebAssembly challenges.")
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .addHelpText("after", `\n${[EXAMPLES, exitCodeTable(), POLICIES].join("\n\n")}`)
    .exitOverride()
    .showHelpAfterError("Add --help to see what there is.")
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: (text, write) => write(`assay: ${printableText(usageText(text))}\n`),
    });
  for (const command of [
    evaluateCommand(run),
    validateCommand(run),
    inspectCommand(run),
    doctorCommand(run),
  ]) {
    program.addCommand(command.copyInheritedSettings(program));
    command.helpOption("-h, --help", "print this help").addHelpText("after", `\n${exitCodeTable()}`);
  }
  program.addCommand(helpCommand().copyInheritedSettings(program));
  return program;
}

/** What commander says on one line. A line break that is left is part of what was typed. */
function usageText(text: string): string {
  return text
    .replace(/^error: /, "")
    .trimEnd()
    .replace(/\n(?=\(Did you mean [^\n]*\?\)$)/, " ");
}

/** Commander may have stopped before it came to this option. */
function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  return argv.slice(0, end === -1 ? argv.length : end).some((argument) => /^--json(=|$)/.test(argument));
}

function usageReport([command]: readonly string[], error: ReportError) {
  if (command === "doctor") return failedDoctorReport(error);
  if (command === "inspect") return failedInspectionReport(null, error);
  return failedReport(command === "validate" ? "validate" : "evaluate", error);
}

function version(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return z.looseObject({ version: z.string() }).parse(JSON.parse(text)).version;
}
