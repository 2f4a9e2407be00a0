import { type CompiledModule, createRuntime, type Runtime } from "@assay/wasm-runtime";
import { type Figure, printFigures } from "./figures.ts";
import { evaluateExpecting, inputOf, readGuest, SMALL_MEMORY } from "./guests.ts";
import { median, quantile } from "./statistics.ts";

const SHORT_GUESTS = 1_000;
const DEADLINE_MS = 600_000;
/** Each round is thousands of evaluations, so a few of them say much. */
const EVALUATIONS_PER_ROUND = 20;

interface Arrival {
  readonly name: string;
  readonly inFlight: number;
  readonly maxThreads: number | null;
}

const ARRIVALS: readonly Arrival[] = [
  { name: "all called at once, the default threads", inFlight: SHORT_GUESTS, maxThreads: null },
  { name: "all called at once, one thread", inFlight: SHORT_GUESTS, maxThreads: 1 },
  { name: "16 in flight, one thread", inFlight: 16, maxThreads: 1 },
  { name: "one after another, one thread", inFlight: 1, maxThreads: 1 },
];

/** What short guests see of an endless one on their thread. */
export async function benchFairness(rounds: number): Promise<void> {
  const figures: Figure[] = [];
  for (const arrival of ARRIVALS) {
    figures.push(...(await measureArrival(arrival, Math.ceil(rounds / EVALUATIONS_PER_ROUND))));
  }
  printFigures(
    `${SHORT_GUESTS} short guests beside an endless one, medians of n rounds, interleaved`,
    figures,
  );
}

async function measureArrival(
  { name, inFlight, maxThreads }: Arrival,
  n: number,
): Promise<readonly Figure[]> {
  const guestsPerThread = SHORT_GUESTS + 1;
  const threads = maxThreads === null ? {} : { maxThreads };
  await using runtime = createRuntime({ guestsPerThread, ...threads });
  const short = await runtime.compile(readGuest("short"), SMALL_MEMORY);
  const endless = await runtime.compile(readGuest("endless"), SMALL_MEMORY);
  const measure = async () => quantile(await latenciesMs(runtime, short, inFlight), 0.99);

  const without: number[] = [];
  const beside: number[] = [];
  for (let round = -1; round < n; round += 1) {
    const alone = await measure();
    const stop = new AbortController();
    const spinning = startEndless(runtime, endless, stop.signal);
    const disturbed = await measure();
    stop.abort();
    await spinning;
    if (round < 0) continue;
    without.push(alone);
    beside.push(disturbed);
  }
  const rise = median(beside) / median(without);
  return [
    { name: `${name}: p99 without it`, n, value: median(without), unit: "ms" },
    { name: "  p99 beside it", n, value: median(beside), unit: "ms" },
    { name: "  rise", n, value: rise, unit: "×", target: { below: 3 } },
  ];
}

async function latenciesMs(runtime: Runtime, module: CompiledModule, inFlight: number): Promise<number[]> {
  const latencies: number[] = [];
  let left = SHORT_GUESTS;
  const work = async () => {
    while (left-- > 0) {
      const startedAt = performance.now();
      await evaluateExpecting(runtime, module, { numbers: [1], score: 1 });
      latencies.push(performance.now() - startedAt);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  return latencies;
}

async function startEndless(runtime: Runtime, module: CompiledModule, signal: AbortSignal): Promise<void> {
  const config = { ...SMALL_MEMORY, deadlineMs: DEADLINE_MS, signal };
  const { outcome } = await runtime.evaluate(module, inputOf(), config);
  if (outcome.kind !== "cancelled") throw new Error(`an endless guest ended as ${outcome.kind}`);
}
