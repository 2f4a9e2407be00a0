import { runApart } from "./apart.ts";
import { type Figure, printFigures, type Target } from "./figures.ts";
import type { InstancesRun } from "./instances-run.ts";
import { median } from "./statistics.ts";

const GUESTS = 10_000;
/** Each run is a process with thousands of guests, so a few of them say much. */
const ROUNDS_PER_RUN = 10;

interface Way {
  readonly name: string;
  readonly way: string;
  readonly target?: Target;
}

const PLAIN: Way = { name: "plain instance", way: "plain" };
const WAYS: readonly Way[] = [
  PLAIN,
  { name: "plain instance, called so that it can be suspended", way: "suspendable" },
  { name: "assay, what the guests' thread does for it", way: "thread", target: { atMost: 1.3 } },
  { name: "assay, from call to report, with both threads on one core", way: "assay" },
];

/**
 * What it costs to instantiate, call and forget a guest that does nothing, and where. Each way has a process of its own:
 * most of what a guest costs is paid when the engine collects what it has left behind.
 */
export async function benchInstances(rounds: number): Promise<void> {
  const runs = new Map(WAYS.map((each) => [each, [] as InstancesRun[]]));
  for (let round = 0; round < Math.ceil(rounds / ROUNDS_PER_RUN); round += 1) {
    for (const [{ way }, done] of runs) {
      done.push(await runApart<InstancesRun>("instances-run", [way, GUESTS], { onOneCore: true }));
    }
  }
  const cpuOf = (way: Way) => (runs.get(way) ?? []).map(({ cpuMicroseconds }) => cpuMicroseconds);
  const figures = [...runs].flatMap(([way, done]): readonly Figure[] => {
    const n = done.length;
    const ratio = median(cpuOf(way).map((cpu, round) => cpu / (cpuOf(PLAIN)[round] ?? Number.NaN)));
    const target = way.target === undefined ? {} : { target: way.target };
    return [
      { name: way.name, n, value: median(cpuOf(way)), unit: "µs of processor time" },
      { name: "  by the clock", n, value: median(done.map(({ microseconds }) => microseconds)), unit: "µs" },
      { name: "  processor time", n, value: ratio, unit: "× plain", ...target },
    ];
  });
  printFigures(`One guest that does nothing, one core, ${GUESTS} guests a run, medians of n runs`, figures);
}
