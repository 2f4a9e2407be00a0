import { readDraft, type SectionDraft } from "./binary/section-draft.ts";
import { surveyDraft } from "./binary/survey-draft.ts";
import { unsupported } from "./binary/unsupported.ts";
import { DEFAULT_MODULE_LIMITS, type ModuleLimits } from "./defaults.ts";
import { refusalOf, WasmRuntimeError } from "./errors.ts";
import type { ModuleInspection, VisibleFeature } from "./inspection.ts";
import type { ModuleRefusal } from "./module-refusal.ts";
import { printable } from "./printable.ts";
import { webAssembly } from "./webassembly.ts";

/**
 * Reads what a module imports, exports and declares, without compiling or running it. Any bytes are either inspected or
 * refused; the time it takes grows with their number alone, but there is no end to it from outside: it is the calling
 * thread's, and seconds for the worst module of 16 MiB. `examineModule` has a thread and a time limit.
 *
 * @param limits - how large a module may be, in bytes and in pieces.
 * @throws {WasmRuntimeError} `MODULE_REFUSED`: not a valid module, over a limit, or in need of a feature that is not run:
 *   shared memory, 64-bit memories or tables, several memories, custom page sizes, table initialisers, GC types,
 *   exceptions in tables or in other exceptions.
 */
export function inspectModule(
  bytes: Uint8Array,
  limits: ModuleLimits = DEFAULT_MODULE_LIMITS,
): ModuleInspection {
  requireSize(bytes, limits.maxModuleBytes);
  const draft = readDraft(bytes, limits);
  requireOneMemory(draft);
  requireValid(bytes);
  return describeModule(draft, bytes.byteLength);
}

/** As much of an inspection as there is, and every reason why the module is refused. */
export interface PartialInspection {
  /** Of a module that is refused it says only what could be read of it; `null` when it is too large to look at, or nothing of it was. */
  readonly inspection: ModuleInspection | null;
  readonly refusals: readonly ModuleRefusal[];
  /** Whether the engine calls it valid and all but the code of a function that is too large was read. */
  readonly validated: boolean;
}

/** As `inspectModule`, for showing: what is refused does not hide the rest. */
export function inspectPartially(bytes: Uint8Array, limits: ModuleLimits): PartialInspection {
  const tooLarge = refusalBy(() => requireSize(bytes, limits.maxModuleBytes));
  if (tooLarge !== null) return { inspection: null, refusals: [tooLarge], validated: false };
  const { draft, begun, refusals } = surveyDraft(bytes, limits);
  if (!begun) return { inspection: null, refusals, validated: false };
  const inspection = describeModule(draft, bytes.byteLength);
  // A module that is refused for anything else is not worth the time that the engine may need for it.
  if (refusals.some(({ reason }) => reason !== "function-too-complex")) {
    return { inspection, refusals, validated: false };
  }
  const last = refusalBy(() => {
    requireOneMemory(draft);
    requireValid(bytes);
  });
  return { inspection, refusals: last === null ? refusals : [...refusals, last], validated: last === null };
}

function refusalBy(check: () => void): ModuleRefusal | null {
  try {
    check();
    return null;
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === null) throw error;
    return refusal;
  }
}

/** @throws {WasmRuntimeError} `MODULE_REFUSED` `too-large`. */
export function requireSize({ byteLength: sizeBytes }: Uint8Array, maxModuleBytes: number): void {
  if (sizeBytes <= maxModuleBytes) return;
  throw new WasmRuntimeError({ code: "MODULE_REFUSED", reason: "too-large", sizeBytes, maxModuleBytes });
}

/** Our reader knows sections, not code: whether all of it is a module is for the engine to say. */
function requireValid(bytes: Uint8Array): void {
  if (webAssembly.validate(bytes)) return;
  let detail = "the engine gives no reason";
  try {
    new webAssembly.Module(bytes);
  } catch (error) {
    // The engine's text may quote names of the module.
    if (error instanceof Error) detail = printable(error.message);
  }
  throw new WasmRuntimeError({ code: "MODULE_REFUSED", reason: "invalid", detail });
}

function requireOneMemory({ memories, imports }: SectionDraft): void {
  const count = memories.length + imports.filter(({ kind }) => kind === "memory").length;
  if (count > 1) throw unsupported("multiple-memories", `${count} memories`);
}

function describeModule(draft: SectionDraft, sizeBytes: number): ModuleInspection {
  const { types, functions, imports, exports, tables, memories, customSections } = draft;
  return {
    sizeBytes,
    imports,
    exports,
    memory: memories[0] ?? null,
    tables,
    hasStart: draft.hasStart,
    counts: {
      types: types.length,
      functions: functions.length - imports.filter(({ kind }) => kind === "function").length,
      globals: draft.globals,
      tags: draft.tags,
      elementSegments: draft.elementSegments,
      dataSegments: draft.dataSegments,
    },
    customSections,
    features: visibleFeatures(draft),
  };
}

function visibleFeatures({ types, tables, tags, imports, hasDataCount }: SectionDraft): VisibleFeature[] {
  const values = new Set(types.flatMap(({ params, results }) => [...params, ...results]));
  const uses: Record<VisibleFeature, boolean> = {
    "bulk-memory": hasDataCount,
    exceptions: tags > 0 || values.has("exnref") || imports.some(({ kind }) => kind === "tag"),
    "multi-value": types.some(({ results }) => results.length > 1),
    "reference-types":
      tables.length > 1 ||
      values.has("externref") ||
      values.has("funcref") ||
      tables.some(({ element }) => element !== "funcref"),
    simd: values.has("v128"),
  };
  return (Object.keys(uses) as VisibleFeature[]).filter((feature) => uses[feature]);
}
