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
export function findEntryPoints(inspection: ModuleInspection, entry: GuestCall["entry"]): EntryPoints {
  const [failure] = missingExports(inspection, entry);
  if (failure !== undefined) return { ok: false, failure };
  return { ok: true, allocator: has(byName(inspection), "alloc") ? "alloc" : "allocate" };
}

/** Everything that a call of `entry` needs and a guest does not have. */
export function missingExports(inspection: ModuleInspection, entry: GuestCall["entry"]): MissingExport[] {
  const exports = byName(inspection);
  const memory = exports.get(GUEST_MEMORY_EXPORT);
  const failures: MissingExport[] = [];
  if (memory?.kind !== "memory") failures.push(missing(GUEST_MEMORY_EXPORT, "memory", memory));
  if (!has(exports, entry)) failures.push(missing(entry, typeOf(entry), exports.get(entry)));
  if (!has(exports, "alloc") && !has(exports, "allocate")) {
    failures.push(missing("alloc", typeOf("alloc"), exports.get("alloc")));
  }
  return failures;
}

function byName({ exports }: ModuleInspection): ReadonlyMap<string, ModuleExport> {
  return new Map(exports.map((each) => [each.name, each]));
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

function missing(name: string, expected: string, found: ModuleExport | undefined): MissingExport {
  return {
    kind: "missing-export",
    name,
    expected,
    found: found === undefined ? null : foundType(found),
  };
}

function foundType(found: ModuleExport): string {
  return found.kind === "function" ? formatFunctionType(found.type) : found.kind;
}
