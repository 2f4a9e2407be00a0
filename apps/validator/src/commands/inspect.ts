import { hash } from "node:crypto";
import { Command } from "commander";
import { z } from "zod";
import { examineChallenge } from "../compose.ts";
import { errorOfThrown } from "../evaluation/report-error.ts";
import { readInputFile } from "../inputs.ts";
import { buildInspectionReport, failedInspectionReport } from "../inspection/build-report.ts";
import type { Outcome } from "../outcome.ts";
import type { InspectionReport } from "../report/inspection-schema.ts";
import { renderInspectionText } from "../report/inspection-text.ts";
import { renderJson } from "../report/json.ts";
import { createPaint } from "../report/paint.ts";
import type { ReportError } from "../report/schema.ts";
import { startStatusLine } from "../status-line.ts";
import { type CommandIo, outputWidth, type Run, writeOutput } from "./command-io.ts";
import { abiOption, jsonOption, MIB, memoryOption, moduleOptions, parseOptions } from "./options.ts";
import { printableStack, showFailure } from "./show-failure.ts";

const CANCELLED: ReportError = { code: "CANCELLED", message: "the inspection was cancelled before its end" };

const inspectOptions = z.strictObject(moduleOptions);

const EXPLANATION = `What it shows:
  imports   what the module wants from its host, and at which ABI levels assay provides it
  exports   what it offers, and what of it an evaluation uses: memory, allocator, entry points
  limits    its memory and tables, and the maxima that they would be capped to
  features  what its sections declare, and what its code uses
  rewrite   what metering makes of its size; debug information is left out

Nothing of the module runs. Where it would be refused, every reason is given.

Examples:
  assay inspect contest.wasm
  assay inspect contest.wasm --memory-mib 16 --deterministic
  assay inspect contest.wasm --json | jq -r '.refusals[].message'`;

/** `assay inspect`: says what a module is made of, whether it would be run, and if not, for every reason why. */
export function inspectCommand(run: Run): Command {
  return addInspectOptions(
    new Command("inspect").description(
      "say what a challenge is made of and whether it would be run, without running it",
    ),
  )
    .addHelpText("after", `\n${EXPLANATION}`)
    .action((challenge: string, options: Record<string, unknown>) =>
      run((io) => inspect(challenge, options, io)),
    );
}

/** Adds the argument and the options, with their help. */
export function addInspectOptions(command: Command): Command {
  return command
    .argument("<challenge.wasm>", "the challenge: a WebAssembly module")
    .addOption(abiOption())
    .addOption(memoryOption())
    .option("--deterministic", "examine it for a deterministic evaluation")
    .addOption(jsonOption());
}

async function inspect(
  challenge: string,
  options: Readonly<Record<string, unknown>>,
  io: CommandIo,
): Promise<Outcome> {
  const report = await reportOf(challenge, options, io);
  if (options["json"] === true) await writeOutput(io, renderJson(report));
  else if (report.moduleSha256 === null) showFailure(report.error, io);
  else {
    const text = renderInspectionText(report, { width: outputWidth(io), paint: createPaint(io.stdout) });
    await writeOutput(io, text);
  }
  return report.outcome;
}

async function reportOf(
  challenge: string,
  options: Readonly<Record<string, unknown>>,
  io: CommandIo,
): Promise<InspectionReport> {
  try {
    const { abi, memoryMib, deterministic } = parseOptions(inspectOptions, options);
    const module = await readInputFile("challenge", challenge);
    using _status = startStatusLine(
      io.stderr,
      (elapsedMs) => `inspecting … ${(elapsedMs / 1000).toFixed(1)} s`,
    );
    const startedAt = performance.now();
    const examination = await examineChallenge(module, {
      abi,
      deterministic,
      maxMemoryBytes: memoryMib * MIB,
      signal: io.signal,
    });
    return buildInspectionReport({
      moduleFile: challenge,
      moduleSha256: hash("sha256", module),
      sizeBytes: module.length,
      deterministic,
      examination,
      durationMs: performance.now() - startedAt,
    });
  } catch (error) {
    if (io.signal.aborted && error === io.signal.reason) return failedInspectionReport(challenge, CANCELLED);
    if (io.debug) io.stderr.write(`${printableStack(error)}\n`);
    return failedInspectionReport(challenge, errorOfThrown(error));
  }
}
