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
import { WASI_MODULE, wasiFunctionType } from "./wasi-functions.ts";

/** What linking asks of a host function; who answers it does not matter. */
export type Linkable = Pick<HostFunction, "signature">;

export type LinkResult<F extends Linkable = HostFunction> =
  | {
      readonly ok: true;
      readonly functions: readonly F[];
      /** The names of the WASI functions that the guest's own thread answers. */
      readonly wasiFunctions: readonly string[];
    }
  | { readonly ok: false; readonly failure: Extract<GuestFailure, { kind: "link-failed" }> };

/**
 * Finds a host function for every import of a module, before anything of it runs.
 *
 * A function that does not exist at `abi` is missing there. Imports that are no functions are never provided. An import
 * that is named twice is linked once, and named once where it fails, unless the guest gives it two types.
 *
 * @param options - with `wasi`, the functions of WASI preview 1 are provided too; one of `functions` goes before them.
 */
export function linkImports<F extends Linkable>(
  { imports }: Pick<ModuleInspection, "imports">,
  functions: ReadonlyMap<string, F>,
  abi: AbiLevel,
  { wasi = false }: { readonly wasi?: boolean } = {},
): LinkResult<F> {
  const found = new Map<string, F>();
  const wasiFunctions = new Set<string>();
  const missing = new Map<string, MissingImport>();
  const mismatched = new Map<string, MismatchedImport>();
  for (const wanted of imports) {
    const { module, name } = wanted;
    const wantedType = importType(wanted);
    const key = hostFunctionKey(module, name);
    const once = JSON.stringify([module, name, wantedType]);
    const candidate = functions.get(key);
    const host = candidate !== undefined && isAvailableAt(candidate.signature, abi) ? candidate : null;
    const type = host !== null ? providedType(host) : wasi ? wasiType(wanted) : null;
    if (type === null) {
      missing.set(once, { module, name, type: wantedType });
      continue;
    }
    const provided = formatFunctionType(type);
    if (provided !== wantedType) mismatched.set(once, { module, name, provided, wanted: wantedType });
    else if (host !== null) found.set(key, host);
    else wasiFunctions.add(name);
  }
  if (missing.size === 0 && mismatched.size === 0) {
    return { ok: true, functions: [...found.values()], wasiFunctions: [...wasiFunctions] };
  }
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

function wasiType({ module, name }: ModuleImport): FunctionType | null {
  return module === WASI_MODULE ? wasiFunctionType(name) : null;
}

/** The WebAssembly type that a guest must import the function with. */
function providedType({ signature }: Linkable): FunctionType {
  return {
    params: lowerParameters(signature.params),
    results: signature.result === null ? [] : [signature.result],
  };
}
