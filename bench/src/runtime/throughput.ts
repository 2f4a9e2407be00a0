import { runApart } from "./apart.ts";
import { type Figure, printFigures, type Target } from "./figures.ts";
import { median } from "./statistics.ts";
import type { ThroughputRun } from "./throughput-run.ts";

const EVALUATIONS = 4_000;
/** Each run is a process with thousands of evaluations, so a few of them say much. */
const ROUNDS_PER_RUN = 20;

interface Design {
  readonly name: string;
  readonly design: "assay" | "pool";
  readonly inFlight: number;
  readonly perSecond?: Target;
}

const DESIGNS: readonly Design[] = [
  { name: "assay, 64 in flight", design: "assay", inFlight: 64, perSecond: { atLeast: 3_000 } },
  { name: "assay, 256 in flight", design: "assay", inFlight: 256, perSecond: { atLeast: 3_000 } },
  { name: "64 threads blocked in Atomics.wait, 64 in flight", design: "pool", inFlight: 64 },
];

/** Evaluations with two host calls of 5 ms, on one core: our thread of guests, and a thread for each guest. */
export async function benchThroughput(rounds: number): Promise<void> {
  const runs = new Map(DESIGNS.map((each) => [each, [] as ThroughputRun[]]));
  for (let round = 0; round < Math.ceil(rounds / ROUNDS_PER_RUN); round += 1) {
    for (const [{ design, inFlight }, done] of runs) {
      const args = [design, inFlight, EVALUATIONS];
      done.push(await runApart<ThroughputRun>("throughput-run", args, { onOneCore: true }));
    }
  }
  const figures = [...runs].flatMap(([{ name, perSecond }, done]): readonly Figure[] => {
    const of = (field: keyof ThroughputRun) => median(done.map((run) => run[field]));
    const n = done.length;
    const target = perSecond === undefined ? {} : { target: perSecond };
    return [
      { name: `${name}: evaluations`, n, value: of("perSecond"), unit: "per second", ...target },
      {
        name: "  by the processor time that it was given",
        n,
        value: of("perCpuSecond"),
        unit: "per CPU second",
      },
      { name: "  95th percentile of one", n, value: of("p95Ms"), unit: "ms" },
      { name: "  memory that it added", n, value: of("residentMiB"), unit: "MiB RSS" },
    ];
  });
  printFigures(
    `Two host calls of 5 ms each, one core, ${EVALUATIONS} evaluations a run, medians of n runs, interleaved`,
    figures,
  );
}
