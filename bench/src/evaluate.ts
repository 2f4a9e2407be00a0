import { readFileSync } from "node:fs";
import type { EvaluationInput } from "@assay/host-interface";
import { createProcessExecutor } from "@assay/process-executor";
import { createSandboxHost } from "@assay/sandbox-host";
import { defaultPolicy, type PreparedPolicy, parsePolicy, preparePolicy } from "@assay/sandbox-policy";
import { createRuntime } from "@assay/wasm-runtime";
import { pino } from "pino";
import { type Case, measureInterleaved, plainCase } from "./interleave.ts";
import { printTable } from "./table.ts";

const CONTEST = new URL("../../examples/contest/", import.meta.url);
const NO_COMMANDS = "no commands (12 denials)";
const IN_FLIGHT = 2;
const THROUGHPUT_EVALUATIONS = 200;

/** Evaluations of the contest example: with every command denied, and with its dozen commands really run. */
export async function benchEvaluate(rounds: number): Promise<void> {
  const bytes = readFileSync(new URL("contest.wasm", CONTEST));
  const input: EvaluationInput = {
    agentData: readFileSync(new URL("submissions/good.sh", CONTEST)),
    challengeId: "contest",
    params: new Uint8Array(),
    taskDefinition: null,
    environmentConfig: null,
  };
  const denying = await prepared(defaultPolicy());
  const allowing = await prepared(JSON.parse(readFileSync(new URL("contest.policy.json", CONTEST), "utf8")));
  const logger = pino({ level: "silent" });
  await using runtime = createRuntime();
  await using executor = createProcessExecutor();
  const module = await runtime.compile(bytes);

  const evaluate = async (policy: PreparedPolicy, score: bigint) => {
    await using host = createSandboxHost({ policy, executor, logger });
    const { outcome } = await runtime.evaluate(module, input, { registrars: [host] });
    if (outcome.kind !== "returned" || outcome.value.score !== score)
      throw new Error(JSON.stringify(outcome, showBigInt));
  };
  const withoutCommands = () => evaluate(denying, 0n);

  const cases: readonly Case[] = [
    plainCase(NO_COMMANDS, withoutCommands),
    plainCase("12 commands", () => evaluate(allowing, 10_000n)),
  ];
  const measured = await measureInterleaved(cases, { rounds, warmUpRounds: 5 });
  printTable("One evaluation of examples/contest, interleaved", measured, [NO_COMMANDS]);

  const startedAt = performance.now();
  let left = THROUGHPUT_EVALUATIONS;
  const worker = async () => {
    while (left-- > 0) await withoutCommands();
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  const perSecond = (THROUGHPUT_EVALUATIONS * 1000) / (performance.now() - startedAt);
  console.log(
    `\n${perSecond.toFixed(0)} evaluations per second with no commands, ${IN_FLIGHT} in flight, n=${THROUGHPUT_EVALUATIONS}`,
  );
}

async function prepared(value: unknown): Promise<PreparedPolicy> {
  const parsed = parsePolicy(value);
  if (parsed.outcome !== "ok") throw new Error(JSON.stringify(parsed));
  const result = await preparePolicy(parsed.policy);
  if (result.outcome !== "ok") throw new Error(JSON.stringify(result));
  return result.prepared;
}

function showBigInt(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
