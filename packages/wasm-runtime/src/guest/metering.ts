import type { Executable } from "../protocol.ts";
import type { WasmExports, WasmImports } from "../webassembly.ts";

/**
 * How much fuel a guest runs on before it asks for more: about a millisecond. Each time it asks, the engine is in
 * JavaScript, and there it notices that its thread is to be ended. In WebAssembly alone there are loops that it does not
 * look up from: tail calls, and large `memory.fill`s.
 */
const FUEL_PER_SLICE = 10_000_000n;

/** What the rewritten module counts by. */
export interface Metering {
  /** Before every call from outside: the whole stack is free. */
  beginCall(): void;
  /** Whether what just trapped did so because its stack was used up. */
  stackExhausted(): boolean;
}

/** Adds the import by which a rewritten module asks for fuel. There is no budget yet: it always gets more. */
export function addYieldImport(imports: WasmImports, { names }: Executable): void {
  const { module, name } = names.yieldImport;
  imports[module] = Object.assign(Object.create(null), { [name]: (left: bigint) => left + FUEL_PER_SLICE });
}

/** The counters of an instance of a rewritten module. */
export function readMetering(exports: WasmExports, { names, maxStackBytes }: Executable): Metering {
  const stack = exports[names.stackExport] as { value: number };
  return {
    beginCall() {
      stack.value = maxStackBytes;
    },
    stackExhausted: () => stack.value < 0,
  };
}
