import type { WasmValueType } from "../inspection.ts";
import type { ModuleShape } from "./module-shape.ts";

/** The code of each value type in the binary format. */
export const VALUE_CODES: Readonly<Record<WasmValueType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
  funcref: 0x70,
  externref: 0x6f,
  exnref: 0x69,
};

/**
 * Where things are in the rewritten module.
 *
 * Types, globals and functions are added behind the guest's own, so that none of those change their index; all but one:
 * an imported function stands before all that are defined. The import of the yield is added behind the guest's imports,
 * and every function that the module defines moves up by one. (A table of our own, to call the yield through, would move
 * nothing. It would also be an object that holds a function of the host, in a module whose code can copy between tables.)
 */
export interface Layout {
  /** The index of a function of the guest in the rewritten module. */
  functionIndex(original: number): number;
  readonly yieldFunction: number;
  /** Asks the host for fuel until there is some; takes what is left, and returns what is then. */
  readonly refuelFunction: number;
  /** Traps if a growth that was refused is within its maximum; takes the size, how much was asked for, and the maximum. */
  readonly growthFailedFunction: number;
  readonly fuelGlobal: number;
  readonly stackGlobal: number;
  readonly growthFailedGlobal: number;
  /** How far the memory may grow, in pages. */
  readonly maxMemoryPages: number;
  /** How far a table may grow, in elements; by its index. */
  maxTableElements(table: number): number;
  /** The index of the type; added if the module does not have it. */
  typeIndex(parameters: readonly WasmValueType[], results: readonly WasmValueType[]): number;
  /** The types that were added so far, in their order. */
  readonly addedTypes: readonly {
    readonly params: readonly WasmValueType[];
    readonly results: readonly WasmValueType[];
  }[];
}

/** What every engine allows where a module says nothing, or more. https://webassembly.github.io/spec/js-api/#limits */
const ENGINE_LIMITS = { memoryPages: 65_536, tableElements: 10_000_000 } as const;

export function planLayout({
  types,
  functionTypes,
  importedFunctions,
  globals,
  maxMemoryPages,
  maxTableElements,
}: ModuleShape): Layout {
  const added: { params: readonly WasmValueType[]; results: readonly WasmValueType[] }[] = [];
  const indices = new Map<string, number>();

  return {
    functionIndex: (original) => (original < importedFunctions ? original : original + 1),
    yieldFunction: importedFunctions,
    refuelFunction: functionTypes.length + 1,
    growthFailedFunction: functionTypes.length + 2,
    fuelGlobal: globals,
    stackGlobal: globals + 1,
    growthFailedGlobal: globals + 2,
    maxMemoryPages: Math.min(maxMemoryPages ?? ENGINE_LIMITS.memoryPages, ENGINE_LIMITS.memoryPages),
    maxTableElements(table) {
      const maximum = maxTableElements[table] ?? ENGINE_LIMITS.tableElements;
      return Math.min(maximum, ENGINE_LIMITS.tableElements);
    },
    typeIndex(params, results) {
      const key = `${params.join()}:${results.join()}`;
      const known = indices.get(key);
      if (known !== undefined) return known;
      const index = types.length + added.length;
      added.push({ params, results });
      indices.set(key, index);
      return index;
    },
    addedTypes: added,
  };
}
