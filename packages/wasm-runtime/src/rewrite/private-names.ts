import type { ModuleShape } from "./module-shape.ts";

/** The names under which a rewritten module and its host know what no guest may. */
export interface PrivateNames {
  /** The import that was added: a function `(i64) -> i64`. The guest imports nothing from this module. */
  readonly yieldImport: { readonly module: string; readonly name: string };
  /** The import of what was the module's own memory; `null` if it was not asked for, or there was none. */
  readonly memoryImport: MemoryImport | null;
  /** Export of the fuel that is left: a mutable global of type i64. */
  readonly fuelExport: string;
  /** Export of the stack that is left: a mutable global of type i32; negative once the stack is exhausted. */
  readonly stackExport: string;
  /** Export of whether the host had no room for what the guest may have: a mutable global of type i32; 0 if it had. */
  readonly growthFailedExport: string;
  /** Export of what was the start function; `null` if there was none. */
  readonly startExport: string | null;
}

/** A memory that a rewritten module imports instead of defining it. */
export interface MemoryImport {
  readonly module: string;
  readonly name: string;
  /** In pages; the memory must have just these. `maximumPages: null`: none. */
  readonly minimumPages: number;
  readonly maximumPages: number | null;
}

/**
 * Chooses names that the module does not use itself. They need not be secret: code reaches its own module's globals and
 * functions by index alone, and what it cannot name in an import it is not given.
 */
export function choosePrivateNames(
  { importedModules, exportNames, startFunction, definedMemory }: ModuleShape,
  { importMemory }: { readonly importMemory: boolean },
): PrivateNames {
  const exported = (name: string) => unused(name, exportNames);
  const module = unused("assay", importedModules);
  return {
    yieldImport: { module, name: "yield" },
    memoryImport:
      definedMemory === null || !importMemory
        ? null
        : {
            module,
            name: "memory",
            minimumPages: definedMemory.minimum,
            maximumPages: definedMemory.maximum,
          },
    fuelExport: exported("assay.fuel"),
    stackExport: exported("assay.stack"),
    growthFailedExport: exported("assay.growth_failed"),
    startExport: startFunction === null ? null : exported("assay.start"),
  };
}

function unused(name: string, used: ReadonlySet<string>): string {
  let candidate = name;
  for (let number = 1; used.has(candidate); number++) candidate = `${name}.${number}`;
  return candidate;
}
