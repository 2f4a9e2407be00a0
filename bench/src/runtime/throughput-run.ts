import { setTimeout as delay } from "node:timers/promises";
import { createRuntime } from "@assay/wasm-runtime";
import { answering, evaluateExpecting, readGuest, SMALL_MEMORY } from "./guests.ts";
import { residentBytes } from "./memory.ts";
import { quantile } from "./statistics.ts";
import { createWaitingPool } from "./waiting-pool.ts";

// Evaluations with two host calls of 5 ms, a fixed number of them in flight. Run by `throughput.ts`, on one core.

export interface ThroughputRun {
  readonly perSecond: number;
  /** By what the process was given of its processor: what a machine that does nothing else would show. */
  readonly perCpuSecond: number;
  readonly p95Ms: number;
  readonly residentMiB: number;
}

const CALLS = 2;
const WAIT_MS = 5;
const wait = () => delay(WAIT_MS);

type Evaluate = () => Promise<unknown>;

async function inFlight(evaluate: Evaluate, count: number, evaluations: number): Promise<readonly number[]> {
  const timesMs: number[] = [];
  let left = evaluations;
  const work = async () => {
    while (left-- > 0) {
      const startedAt = performance.now();
      await evaluate();
      timesMs.push(performance.now() - startedAt);
    }
  };
  await Promise.all(Array.from({ length: count }, work));
  return timesMs;
}

async function openAssay(): Promise<Evaluate> {
  const runtime = createRuntime({ maxThreads: 1, guestsPerThread: 256, idleThreads: 1 });
  const module = await runtime.compile(readGuest("host-calls"), SMALL_MEMORY);
  const registrars = answering(wait);
  const work = { numbers: [CALLS], score: CALLS };
  return () => evaluateExpecting(runtime, module, work, { registrars });
}

const OPEN: Readonly<Record<string, (count: number) => Promise<Evaluate>>> = {
  assay: openAssay,
  pool: (count) => createWaitingPool({ module: readGuest("host-calls"), threads: count, calls: CALLS, wait }),
};

const [design = "", count = 0, evaluations = 0] = process.argv
  .slice(2)
  .map((word, index) => (index === 0 ? word : Number(word))) as [string, number, number];
const open = OPEN[design];
if (open === undefined) throw new Error(`no such design: ${design}`);
const before = residentBytes();
const evaluate = await open(count);
await inFlight(evaluate, count, evaluations / 4);
const cpuBefore = process.cpuUsage();
const startedAt = performance.now();
const timesMs = await inFlight(evaluate, count, evaluations);
const perSecond = (evaluations * 1000) / (performance.now() - startedAt);
const { user, system } = process.cpuUsage(cpuBefore);
const perCpuSecond = (evaluations * 1_000_000) / (user + system);
const residentMiB = (process.memoryUsage.rss() - before) / 1024 / 1024;
const run: ThroughputRun = { perSecond, perCpuSecond, p95Ms: quantile(timesMs, 0.95), residentMiB };
console.log(JSON.stringify(run));
if (!process.execArgv.includes("--cpu-prof")) process.exit();
