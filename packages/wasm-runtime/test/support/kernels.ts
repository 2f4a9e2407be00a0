import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { type Guest, memoryOf, meteredGuest, plainGuest, rewritten } from "./rewritten.ts";

const KERNELS = new URL("../../../../bench/kernels/", import.meta.url);
const SLICES = [1_000n, 77_777n, 1_000_000n, 1n << 60n];
const RUNS_PER_SLICE = 5;

/** What one run of a kernel gave, in a form that can be printed. */
export interface KernelRun {
  readonly kernel: string;
  readonly slice: string;
  readonly observed: { readonly outcome: unknown; readonly fuel: string; readonly memory: string };
}

/** Runs every kernel of the benchmark twenty times: five times with every size of slice. */
export function runKernels(): readonly KernelRun[] {
  return kernelFiles().flatMap(({ kernel, bytes }) => {
    const module = rewritten(bytes);
    return Array.from({ length: RUNS_PER_SLICE }, () => SLICES).flatMap((slices) =>
      slices.map((slice) => ({
        kernel,
        slice: String(slice),
        observed: observe(meteredGuest(module, {}, { slice })),
      })),
    );
  });
}

/** Runs every kernel as it is. */
export function runPlainKernels(): readonly Omit<KernelRun, "slice">[] {
  return kernelFiles().map(({ kernel, bytes }) => ({ kernel, observed: observe(plainGuest(bytes)) }));
}

/** Every kernel of the benchmark, in the order of their names. */
export function kernelFiles(): readonly { readonly kernel: string; readonly bytes: Uint8Array }[] {
  const names = readdirSync(KERNELS).filter((name) => name.endsWith(".wasm"));
  return names.sort().map((kernel) => ({ kernel, bytes: readFileSync(new URL(kernel, KERNELS)) }));
}

function observe(guest: Guest): KernelRun["observed"] {
  const outcome = guest.call("run", 2);
  const memory = createHash("sha256").update(memoryOf(guest.exports)).digest("hex");
  return { outcome, fuel: String(guest.fuelUsed()), memory };
}
