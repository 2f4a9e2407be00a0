import { randomUUID } from "node:crypto";
import { composeServices } from "../compose.ts";
import { ValidatorError } from "../errors.ts";
import { failedReport } from "../evaluation/build-report.ts";
import { runEvaluation } from "../evaluation/evaluate.ts";
import { CANCELLED, errorOfThrown } from "../evaluation/report-error.ts";
import type { EvaluationCall } from "../evaluation/request.ts";
import { readInputFile, readInputStream, standardInputWasClosed } from "../inputs.ts";
import { createLogger } from "../log/logger.ts";
import { defaultStoreDirectory } from "../module-store/open-directory.ts";
import type { Outcome } from "../outcome.ts";
import { readyPolicy } from "../policy.ts";
import { renderJson } from "../report/json.ts";
import { createPaint } from "../report/paint.ts";
import type { EvaluationReport } from "../report/schema.ts";
import { renderText } from "../report/text.ts";
import { startStatusLine } from "../status-line.ts";
import { type CommandIo, outputWidth, writeOutput } from "./command-io.ts";
import { challengeIdOf, type EvaluationOptions, parseEvaluationOptions } from "./evaluation-options.ts";
import { MIB } from "./options.ts";
import { printableStack, showFailure } from "./show-failure.ts";

/** What commander read of `assay evaluate` or `assay validate`. */
export interface EvaluationArguments {
  readonly call: EvaluationCall;
  readonly challenge: string;
  /** Not checked yet. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** Evaluates and prints the report. Whatever happens becomes a report; only a report that cannot be printed is an error. */
export async function evaluationCommand(args: EvaluationArguments, io: CommandIo): Promise<Outcome> {
  const report = await reportOf(args, io);
  if (args.options["json"] === true) await writeOutput(io, renderJson(report));
  else if (report.outcome === "misconfigured" || report.moduleSha256 === null) showFailure(report.error, io);
  else await writeOutput(io, renderText(report, { width: outputWidth(io), paint: createPaint(io.stdout) }));
  return report.outcome;
}

async function reportOf(args: EvaluationArguments, io: CommandIo): Promise<EvaluationReport> {
  try {
    return await evaluate(args, parseEvaluationOptions(args.options), io);
  } catch (error) {
    if (io.signal.aborted && error === io.signal.reason) return failedReport(args.call, CANCELLED);
    if (io.debug) io.stderr.write(`${printableStack(error)}\n`);
    return failedReport(args.call, errorOfThrown(error));
  }
}

async function evaluate(
  { call, challenge }: EvaluationArguments,
  options: EvaluationOptions,
  io: CommandIo,
): Promise<EvaluationReport> {
  const module = await readInputFile("challenge", challenge);
  const params =
    options.params === undefined ? new Uint8Array() : await readInputFile("params", options.params);
  const policyFile = options.policy ?? null;
  const policy = await readyPolicy({ path: policyFile, allowPermissive: options.allowPermissive });
  // Last, because it may have to be waited for: everything else is known to be right by then.
  const submission = await readSubmission(options.submission, io);
  io.signal.throwIfAborted();

  using status = startStatusLine(io.stderr, (elapsedMs) => `evaluating … ${(elapsedMs / 1000).toFixed(1)} s`);
  const logger = createLogger({
    level: options.logLevel,
    format: io.stderr.isTTY ? "text" : "json",
    stacks: io.debug,
    write: status.write,
  });
  if (policy.permissive)
    logger.warn({ policyFile }, "the policy is permissive: the challenge may run any program");
  const moduleCache = options.moduleCache ?? defaultStoreDirectory(io.cacheHome);
  await using services = composeServices({ logger, moduleCache: moduleCache === false ? null : moduleCache });
  return await runEvaluation(
    services,
    {
      call,
      module,
      submission,
      params,
      policy,
      policyFile,
      identity: {
        evaluationId: randomUUID(),
        challengeId: options.challengeId ?? challengeIdOf(challenge),
        validatorId: options.validatorId,
      },
      abi: options.abi,
      clock: options.clock,
      deterministic: options.deterministic,
      timeoutMs: options.timeoutMs,
      maxMemoryBytes: options.memoryMib * MIB,
      fuel: options.fuel ?? null,
    },
    { signal: io.signal },
  );
}

async function readSubmission(source: string, io: CommandIo): Promise<Uint8Array> {
  if (source !== "-") return readInputFile("submission", source);
  if (io.stdin === process.stdin && standardInputWasClosed()) {
    throw new ValidatorError({
      code: "FILE_UNREADABLE",
      input: "submission",
      path: "-",
      detail: "it is closed",
    });
  }
  if (io.stdin.isTTY) io.stderr.write("Reading the submission from the terminal; end it with Ctrl-D.\n");
  return readInputStream("submission", io.stdin, io.signal);
}
