import { GUEST_EXPORTS, GUEST_MEMORY_EXPORT, type WasmFunctionType } from "@assay/host-interface";
import { formatFunctionType, type ModuleExport, type ModuleInspection } from "./inspection.ts";
import type { GuestFailure } from "./outcome.ts";
import type { GuestCall } from "./protocol.ts";
import { WASI_INITIALIZE_EXPORT } from "./wasi-functions.ts";

type MissingExport = Extract<GuestFailure, { kind: "missing-export" }>;

export type EntryPoints =
  | { readonly ok: true; readonly allocator: GuestCall["allocator"] }
  | { readonly ok: false; readonly failure: MissingExport };

/**
 * Checks, before anything runs, that a guest has what a call of `entry` needs: a memory, the entry point, and an
 * allocator; `alloc` is preferred to `allocate`. A name with another type counts as missing, as in the original.
 */
export function findEntryPoints({ exports }: ModuleInspection, entry: GuestCall["entry"]): EntryPoints {
  const byName = new Map(exports.map((each) => [each.name, each]));
  const memory = byName.get(GUEST_MEMORY_EXPORT);
  if (memory?.kind !== "memory") return missing(GUEST_MEMORY_EXPORT, "memory", memory);
  if (!has(byName, entry)) return missing(entry, typeOf(entry), byName.get(entry));
  if (has(byName, "alloc")) return { ok: true, allocator: "alloc" };
  if (has(byName, "allocate")) return { ok: true, allocator: "allocate" };
  return missing("alloc", typeOf("alloc"), byName.get("alloc"));
}

/** Whether a guest has what sets up a WASI module that is no program. */
export function exportsInitializer({ exports }: ModuleInspection): boolean {
  return exports.some(
    (each) =>
      each.kind === "function" &&
      each.name === WASI_INITIALIZE_EXPORT &&
      each.type.params.length + each.type.results.length === 0,
  );
}

type FunctionExport = GuestCall["entry"] | GuestCall["allocator"];

function has(exports: ReadonlyMap<string, ModuleExport>, name: FunctionExport): boolean {
  const found = exports.get(name);
  return found?.kind === "function" && formatFunctionType(found.type) === typeOf(name);
}

function typeOf(name: FunctionExport): string {
  const { params, result }: WasmFunctionType = GUEST_EXPORTS[name];
  return formatFunctionType({ params, results: result === null ? [] : [result] });
}

function missing(name: string, expected: string, found: ModuleExport | undefined): EntryPoints {
  return {
    ok: false,
    failure: { kind: "missing-export", name, expected, found: found === undefined ? null : foundType(found) },
  };
}

function foundType(found: ModuleExport): string {
  return found.kind === "function" ? formatFunctionType(found.type) : found.kind;
}
