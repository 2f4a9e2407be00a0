import { readdirSync, readFileSync } from "node:fs";
import { rewriteModule } from "@assay/wasm-runtime";
import {
  callableFromGlue,
  type Program,
  QUICKJS,
  SQLITE,
} from "../../packages/wasm-runtime/test/support/real-programs.ts";
import { type Guest, meteredGuest, plainGuest } from "../../packages/wasm-runtime/test/support/rewritten.ts";
import { type Measured, measureInterleaved, plainCase } from "./interleave.ts";
import { printTable } from "./table.ts";

const KERNELS = new URL("../kernels/", import.meta.url);
const PROGRAMS: readonly { readonly program: Program; readonly source: URL }[] = [
  { program: QUICKJS, source: new URL("../programs/work.js", import.meta.url) },
  { program: SQLITE, source: new URL("../programs/work.sql", import.meta.url) },
];
/** How long the plain kernel should run in one measurement: long against the clock's grain, short against a drift. */
const TARGET_MS = 20;
/** As a guest is given in its turns: about a millisecond. */
const FUEL_PER_SLICE = 10_000_000n;

/** What metering may cost, as ratios to the same module as it is. */
const TARGETS = { kernelsGeometricMean: 1.12, worstKernel: 1.35, program: 1.35 };

type Create = (bytes: Uint8Array, imports?: object) => Guest;

/** What metering costs: each kernel and program as it is and rewritten, in turn, in this thread. */
export async function benchMetering(rounds: number): Promise<void> {
  const kernels = [];
  for (const file of readdirSync(KERNELS).filter((name) => name.endsWith(".wasm"))) {
    kernels.push({ name: file, ratio: await measureKernel(file, rounds) });
  }
  const programs = [];
  for (const { program, source } of PROGRAMS) {
    programs.push({ name: program.name, ratio: await measureProgram(program, source, rounds) });
  }
  const logarithms = kernels.map(({ ratio }) => Math.log(ratio));
  const geometricMean = Math.exp(logarithms.reduce((sum, each) => sum + each, 0) / kernels.length);
  const worst = kernels.reduce((one, other) => (other.ratio > one.ratio ? other : one));
  console.log(`\nMetering, medians of n=${rounds} rounds, × plain:`);
  printVerdict("kernels, geometric mean", geometricMean, TARGETS.kernelsGeometricMean);
  printVerdict(`worst kernel, ${worst.name}`, worst.ratio, TARGETS.worstKernel);
  for (const { name, ratio } of programs) printVerdict(name, ratio, TARGETS.program);
}

async function measureKernel(file: string, rounds: number): Promise<number> {
  const bytes = readFileSync(new URL(file, KERNELS));
  const runOf = (create: Create) => {
    const guest = create(bytes);
    return (size: number) => guest.call("run", size);
  };
  const plain = runOf(plainGuest);
  const metered = runOf(createMetered);
  const size = sizeFor(plain);
  return compare(`${file}, run(${size})`, { plain: () => plain(size), metered: () => metered(size) }, rounds);
}

async function measureProgram({ name, start }: Program, source: URL, rounds: number): Promise<number> {
  const text = readFileSync(source, "utf8");
  const runOf = async (create: Create) => {
    const run = await start((bytes, imports) => ({ exports: callableFromGlue(create(bytes, imports)) }));
    return () => run(text);
  };
  return compare(name, { plain: await runOf(plainGuest), metered: await runOf(createMetered) }, rounds);
}

function createMetered(bytes: Uint8Array, imports?: object): Guest {
  const rewritten = rewriteModule(bytes);
  if (!rewritten.ok) throw new Error(JSON.stringify(rewritten.refusal));
  return meteredGuest(rewritten, imports, { slice: FUEL_PER_SLICE });
}

/** Prints how both did, and returns their ratio. */
async function compare(
  title: string,
  { plain, metered }: { readonly plain: () => unknown; readonly metered: () => unknown },
  rounds: number,
): Promise<number> {
  if (JSON.stringify(plain()) !== JSON.stringify(metered())) {
    throw new Error(`${title} computes something else when it is metered`);
  }
  const cases = [
    plainCase("plain", async () => void plain()),
    plainCase("plain again", async () => void plain()),
    plainCase("metered", async () => void metered()),
  ];
  const measured = await measureInterleaved(cases, { rounds, warmUpRounds: 10 });
  printTable(`${title}, interleaved`, measured, ["plain"]);
  return medianOf(measured, "metered") / medianOf(measured, "plain");
}

function medianOf(measured: readonly Measured[], name: string): number {
  return measured.find((one) => one.name === name)?.medianMs ?? Number.NaN;
}

function printVerdict(what: string, ratio: number, target: number): void {
  console.log(
    `${what}: ${ratio.toFixed(3)}, target ${target.toFixed(2)} ${ratio <= target ? "met" : "MISSED"}`,
  );
}

/** Doubles the size until one run takes long enough, the compiler's own work included. */
function sizeFor(kernel: (size: number) => unknown): number {
  for (let size = 1; ; size *= 2) {
    kernel(size);
    const startedAt = performance.now();
    kernel(size);
    if (performance.now() - startedAt > TARGET_MS) return size;
  }
}
