import {
  type AbiLevel,
  type HostFunction,
  hostFunctionKey,
  isAvailableAt,
  lowerParameters,
} from "@assay/host-interface";
import {
  type FunctionType,
  formatFunctionType,
  type ModuleImport,
  type ModuleInspection,
} from "./inspection.ts";
import type { GuestFailure, MismatchedImport, MissingImport } from "./outcome.ts";

export type LinkResult =
  | { readonly ok: true; readonly functions: readonly HostFunction[] }
  | { readonly ok: false; readonly failure: Extract<GuestFailure, { kind: "link-failed" }> };

/**
 * Finds a host function for every import of a module, before anything of it runs.
 *
 * A function that does not exist at `abi` is missing there. Imports that are no functions are never provided. An import
 * that is named twice is linked once, and named once where it fails, unless the guest gives it two types.
 */
export function linkImports(
  { imports }: ModuleInspection,
  functions: ReadonlyMap<string, HostFunction>,
  abi: AbiLevel,
): LinkResult {
  const found = new Map<string, HostFunction>();
  const missing = new Map<string, MissingImport>();
  const mismatched = new Map<string, MismatchedImport>();
  for (const wanted of imports) {
    const { module, name } = wanted;
    const wantedType = importType(wanted);
    const key = hostFunctionKey(module, name);
    const once = JSON.stringify([module, name, wantedType]);
    const candidate = functions.get(key);
    if (candidate === undefined || !isAvailableAt(candidate.signature, abi)) {
      missing.set(once, { module, name, type: wantedType });
      continue;
    }
    const provided = formatFunctionType(providedType(candidate));
    if (provided === wantedType) found.set(key, candidate);
    else mismatched.set(once, { module, name, provided, wanted: wantedType });
  }
  if (missing.size === 0 && mismatched.size === 0) return { ok: true, functions: [...found.values()] };
  return {
    ok: false,
    failure: {
      kind: "link-failed",
      missing: [...missing.values()],
      mismatched: [...mismatched.values()],
    },
  };
}

function importType(wanted: ModuleImport): string {
  return wanted.kind === "function" ? formatFunctionType(wanted.type) : wanted.kind;
}

/** The WebAssembly type that a guest must import the function with. */
function providedType({ signature }: HostFunction): FunctionType {
  return {
    params: lowerParameters(signature.params),
    results: signature.result === null ? [] : [signature.result],
  };
}
