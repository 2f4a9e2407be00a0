import type { Executable } from "../protocol.ts";
import { type WasmExports, type WasmImports, webAssembly } from "../webassembly.ts";
import { addImport } from "./host-imports.ts";

/** Counts what one guest uses, by what the rewrite added to its module. */
export interface Metering {
  /** Adds the import by which the guest asks for fuel. */
  addTo(imports: WasmImports): void;
  /** Finds the counters of the instance, and gives it what was granted. Before anything of it is called. */
  attach(exports: WasmExports): void;
  /** Starts a call of the host's with this much fuel; whatever was used before is forgotten. */
  grant(fuel: number): void;
  /** Before every export that is called: its whole stack is free. */
  enterExport(): void;
  /** Takes fuel for what the host does. While the guest is in an import. */
  charge(fuel: number): void;
  /**
   * Asks for what was charged beyond what the guest had, as the guest itself does, but not before the end of its function:
   * `null` if it had enough. While the guest is in an import, which is to wait for it.
   */
  settle(): Promise<void> | null;
  /** What was used since `grant`. By the last stretch of code it can be more than was granted. */
  fuelUsed(): number;
  /** Whether the guest was ended because the host had no room for what its module may have. */
  growthFailed(): boolean;
  /** Whether what just trapped did so because its stack was used up. */
  stackExhausted(): boolean;
}

export interface MeteringOptions {
  /** How much fuel the guest gets next, before it asks for more. */
  readonly sliceFuel: () => number;
  /** The guest has used what it was given: resolves when it may go on, rejects with a trap when it may not. */
  readonly sliceEnded: () => Promise<void>;
  /** The guest has used up its budget: a promise that rejects with a trap. */
  readonly budgetEnded: () => Promise<never>;
}

/**
 * Fuel is granted in slices, and the sum of the grants never exceeds the budget: where the guest ends does not depend on
 * the size of a slice.
 */
export function createMetering(
  { names, maxStackBytes }: Executable,
  { sliceFuel, sliceEnded, budgetEnded }: MeteringOptions,
): Metering {
  let fuelLeft: WasmGlobal<bigint> = { value: 0n };
  let stackLeft: WasmGlobal<number> = { value: 0 };
  let growthFailed: WasmGlobal<number> = { value: 0 };
  let budget = 0n;
  let granted = 0n;

  /** @returns what the guest has from now on, after it has waited for its turn. */
  function refuel(left: bigint): Promise<bigint> {
    // While the guest is in this import the global may be behind; what it was asked with is exact.
    fuelLeft.value = left;
    if (granted === budget) return budgetEnded();
    return sliceEnded().then(() => left + grantSlice(-left));
  }

  async function settleDebt(): Promise<void> {
    // The last of a budget may be less than what is owed.
    while (fuelLeft.value < 0n) fuelLeft.value = await refuel(fuelLeft.value);
  }

  /** @returns a slice, at least `owed`, and no more than is left of the budget. */
  function grantSlice(owed: bigint): bigint {
    const slice = BigInt(sliceFuel());
    const wanted = owed > slice ? owed : slice;
    const grant = wanted < budget - granted ? wanted : budget - granted;
    granted += grant;
    return grant;
  }

  return {
    addTo(imports) {
      addImport(imports, names.yieldImport, new webAssembly.Suspending((left) => refuel(BigInt(left))));
    },
    attach(exports) {
      const { value } = fuelLeft;
      fuelLeft = exports[names.fuelExport] as WasmGlobal<bigint>;
      fuelLeft.value = value;
      stackLeft = exports[names.stackExport] as WasmGlobal<number>;
      growthFailed = exports[names.growthFailedExport] as WasmGlobal<number>;
    },
    grant(fuel) {
      budget = BigInt(fuel);
      granted = 0n;
      fuelLeft.value = grantSlice(0n);
    },
    enterExport() {
      stackLeft.value = maxStackBytes;
    },
    charge(fuel) {
      fuelLeft.value -= BigInt(fuel);
    },
    settle: () => (fuelLeft.value < 0n ? settleDebt() : null),
    fuelUsed: () => Number(granted - fuelLeft.value),
    growthFailed: () => growthFailed.value !== 0,
    stackExhausted: () => stackLeft.value < 0,
  };
}

interface WasmGlobal<T> {
  value: T;
}
