import { setTimeout as delay } from "node:timers/promises";
import { type CompiledModule, createRuntime, type Runtime } from "@assay/wasm-runtime";
import { type Figure, printFigures } from "./figures.ts";
import { inputOf, readGuest, SMALL_MEMORY } from "./guests.ts";
import { median, quantile } from "./statistics.ts";

const DEADLINE_MS = 20;
const NEIGHBOUR_DEADLINE_MS = 600_000;
const NEIGHBOURS = [0, 50];
const MIN_KILLS = 100;

/** How long after its deadline a guest is dead and reported that never stops by itself, on one thread. */
export async function benchDeadline(rounds: number): Promise<void> {
  const n = Math.max(rounds, MIN_KILLS);
  await using runtime = createRuntime({ maxThreads: 1 });
  const endless = await runtime.compile(readGuest("endless"), SMALL_MEMORY);
  const figures: Figure[] = [];
  for (const neighbours of NEIGHBOURS) {
    const { latenessMs, timerLatenessMs } = await beside(runtime, endless, neighbours, () =>
      killMany(runtime, endless, n),
    );
    const name = neighbours === 0 ? "alone" : `beside ${neighbours} that spin`;
    figures.push(
      {
        name: `${name}: 95th percentile`,
        n,
        value: quantile(latenessMs, 0.95),
        unit: "ms",
        target: { atMost: 10 },
      },
      { name: "  median", n, value: median(latenessMs), unit: "ms" },
      { name: "  latest", n, value: Math.max(...latenessMs), unit: "ms" },
      { name: "  95th percentile of a mere timer", n, value: quantile(timerLatenessMs, 0.95), unit: "ms" },
    );
  }
  printFigures(
    `From the deadline (${DEADLINE_MS} ms) of an endless guest to its report, one thread`,
    figures,
  );
}

interface Kills {
  readonly latenessMs: readonly number[];
  /** How late a mere timer was, set in turn with the guests: so much is the machine's. */
  readonly timerLatenessMs: readonly number[];
}

async function killMany(runtime: Runtime, module: CompiledModule, count: number): Promise<Kills> {
  const latenessMs: number[] = [];
  const timerLatenessMs: number[] = [];
  for (let kill = 0; kill < count; kill += 1) {
    const config = { ...SMALL_MEMORY, deadlineMs: DEADLINE_MS };
    const { outcome, durationMs } = await runtime.evaluate(module, inputOf(), config);
    if (outcome.kind !== "deadline") throw new Error(`an endless guest ended as ${outcome.kind}`);
    latenessMs.push(durationMs - DEADLINE_MS);
    const startedAt = performance.now();
    await delay(DEADLINE_MS);
    timerLatenessMs.push(performance.now() - startedAt - DEADLINE_MS);
  }
  return { latenessMs, timerLatenessMs };
}

async function beside<T>(
  runtime: Runtime,
  module: CompiledModule,
  neighbours: number,
  measure: () => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const config = { ...SMALL_MEMORY, deadlineMs: NEIGHBOUR_DEADLINE_MS, signal: stop.signal };
  const spinning = Array.from({ length: neighbours }, () => runtime.evaluate(module, inputOf(), config));
  try {
    return await measure();
  } finally {
    stop.abort();
    await Promise.all(spinning);
  }
}
