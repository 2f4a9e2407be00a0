import { runApart } from "./apart.ts";
import type { DensityRun, Suspended } from "./density-run.ts";
import { printFigures } from "./figures.ts";
import { median } from "./statistics.ts";

const GUESTS = 2_000;
/** Each run is a process with thousands of guests, so a few of them say much. */
const ROUNDS_PER_RUN = 20;

/** What a guest takes of the machine's memory while it waits for its host, with a memory of one page. */
export async function benchDensity(rounds: number): Promise<void> {
  const runs: DensityRun[] = [];
  for (let round = 0; round < Math.ceil(rounds / ROUNDS_PER_RUN); round += 1) {
    runs.push(await runApart<DensityRun>("density-run", [GUESTS], { onOneCore: false }));
  }
  const n = runs.length;
  const of = (when: keyof DensityRun, field: keyof Suspended) => median(runs.map((run) => run[when][field]));
  const target = { atMost: 16 };
  const title = `${GUESTS} guests of one process in a host call, ${of("first", "threads")} threads, medians of n runs`;
  printFigures(title, [
    { name: "memory of a guest", n, value: of("first", "residentKiBPerGuest"), unit: "KiB RSS", target },
    { name: "  where as many were before", n, value: of("again", "residentKiBPerGuest"), unit: "KiB RSS" },
    { name: "maps of a guest", n, value: of("first", "mapsPerGuest"), unit: "maps" },
    { name: "until all were answered and ended", n, value: of("first", "answeredMs"), unit: "ms" },
  ]);
}
