import { readdirSync, readFileSync } from "node:fs";
import { rewriteModule } from "@assay/wasm-runtime";
import { type Measured, measureInterleaved, plainCase } from "./interleave.ts";
import { printTable } from "./table.ts";

const KERNELS = new URL("../kernels/", import.meta.url);
/** How long the plain kernel should run in one measurement: long against the clock's grain, short against a drift. */
const TARGET_MS = 20;

interface Engine {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Record<string, unknown> };
}

/** TypeScript declares WebAssembly only for browsers. */
const engine: Engine = Reflect.get(globalThis, "WebAssembly");

type Kernel = (size: number) => unknown;

/** What metering costs: each kernel as it is and rewritten, in turn, in this thread. */
export async function benchMetering(rounds: number): Promise<void> {
  const ratios: number[] = [];
  for (const file of readdirSync(KERNELS).filter((name) => name.endsWith(".wasm"))) {
    const bytes = readFileSync(new URL(file, KERNELS));
    const plain = instantiatePlain(bytes);
    const metered = instantiateMetered(bytes);
    const size = sizeFor(plain);
    if (plain(size) !== metered(size)) throw new Error(`${file} computes something else when it is metered`);
    const cases = [
      plainCase("plain", async () => void plain(size)),
      plainCase("plain again", async () => void plain(size)),
      plainCase("metered", async () => void metered(size)),
    ];
    const measured = await measureInterleaved(cases, { rounds, warmUpRounds: 5 });
    printTable(`${file}, run(${size}), interleaved`, measured, ["plain"]);
    ratios.push(medianOf(measured, "metered") / medianOf(measured, "plain"));
  }
  const geometricMean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
  console.log(
    `\nMetering: geometric mean ${geometricMean.toFixed(3)} × plain, worst ${Math.max(...ratios).toFixed(2)}, n=${rounds}`,
  );
}

function medianOf(measured: readonly Measured[], name: string): number {
  return measured.find((one) => one.name === name)?.medianMs ?? Number.NaN;
}

/** Doubles the size until one run takes long enough, the compiler's own work included. */
function sizeFor(kernel: Kernel): number {
  for (let size = 1; ; size *= 2) {
    kernel(size);
    const startedAt = performance.now();
    kernel(size);
    if (performance.now() - startedAt > TARGET_MS) return size;
  }
}

function instantiatePlain(bytes: Uint8Array): Kernel {
  return kernelOf(new engine.Instance(new engine.Module(bytes), {}));
}

function instantiateMetered(bytes: Uint8Array): Kernel {
  const rewritten = rewriteModule(bytes);
  if (!rewritten.ok) throw new Error(JSON.stringify(rewritten.refusal));
  const { module, name } = rewritten.names.yieldImport;
  const instance = new engine.Instance(new engine.Module(rewritten.bytes), {
    [module]: { [name]: (left: bigint) => left + 10_000_000n },
  });
  return kernelOf(instance);
}

function kernelOf(instance: { readonly exports: Record<string, unknown> }): Kernel {
  return instance.exports["run"] as Kernel;
}
