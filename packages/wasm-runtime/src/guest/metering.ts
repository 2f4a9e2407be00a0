import type { Executable } from "../protocol.ts";
import { type WasmExports, type WasmFunction, type WasmImports, webAssembly } from "../webassembly.ts";

/**
 * How much fuel a guest runs on before it asks for more: about a millisecond. Each time it asks, the engine is in
 * JavaScript, and there it notices that its thread is to be ended. In WebAssembly alone there are loops that it does not
 * look up from: tail calls, and large `memory.fill`s.
 */
const FUEL_PER_SLICE = 10_000_000n;

/** `(module (func (export "trap") unreachable))` */
const TRAP_MODULE = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x04, 0x01, 0x60, 0x00, 0x00],
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x07, 0x08, 0x01, 0x04, 0x74, 0x72, 0x61, 0x70, 0x00, 0x00],
  ...[0x0a, 0x05, 0x01, 0x03, 0x00, 0x00, 0x0b],
);

/** Counts what one guest uses, by what the rewrite added to its module. */
export interface Metering {
  /** Adds the import by which the guest asks for fuel. */
  addTo(imports: WasmImports): void;
  /** Finds the counters of the instance. Before anything of it is called. */
  attach(exports: WasmExports): void;
  /** Starts a call of the host's with this much fuel; whatever was used before is forgotten. */
  grant(fuel: number): void;
  /** Before every export that is called: its whole stack is free. */
  enterExport(): void;
  /** What was used since `grant`. By the last stretch of code it can be more than was granted. */
  fuelUsed(): number;
  /** Whether the guest was ended because its fuel was used up. */
  outOfFuel(): boolean;
  /** Whether what just trapped did so because its stack was used up. */
  stackExhausted(): boolean;
}

/**
 * Fuel is granted in slices, and the sum of the grants never exceeds the budget: where the guest ends does not depend on
 * the size of a slice.
 */
export function createMetering({ names, maxStackBytes }: Executable): Metering {
  const trap = loadTrap();
  let fuelLeft: WasmGlobal<bigint> = { value: 0n };
  let stackLeft: WasmGlobal<number> = { value: 0 };
  let budget = 0n;
  let granted = 0n;
  let exhausted = false;

  function refuel(left: bigint): bigint {
    if (granted === budget) {
      exhausted = true;
      fuelLeft.value = left;
      // Only what the engine itself throws for a trap cannot be caught by the guest.
      trap();
    }
    const wanted = left < -FUEL_PER_SLICE ? -left : FUEL_PER_SLICE;
    const grant = wanted < budget - granted ? wanted : budget - granted;
    granted += grant;
    return left + grant;
  }

  return {
    addTo(imports) {
      const { module, name } = names.yieldImport;
      imports[module] = Object.assign(Object.create(null), { [name]: refuel });
    },
    attach(exports) {
      fuelLeft = exports[names.fuelExport] as WasmGlobal<bigint>;
      stackLeft = exports[names.stackExport] as WasmGlobal<number>;
    },
    grant(fuel) {
      budget = BigInt(fuel);
      granted = 0n;
      exhausted = false;
      fuelLeft.value = 0n;
    },
    enterExport() {
      stackLeft.value = maxStackBytes;
    },
    fuelUsed: () => Number(granted - fuelLeft.value),
    outOfFuel: () => exhausted,
    stackExhausted: () => stackLeft.value < 0,
  };
}

interface WasmGlobal<T> {
  value: T;
}

function loadTrap(): WasmFunction {
  const { exports } = new webAssembly.Instance(new webAssembly.Module(TRAP_MODULE), {});
  return exports["trap"] as WasmFunction;
}
