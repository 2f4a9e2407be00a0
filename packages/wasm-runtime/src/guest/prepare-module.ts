import { WasmRuntimeError } from "../errors.ts";
import { inspectModule } from "../inspect.ts";
import type { CompileResult, CompileSource, PreparedModule } from "../protocol.ts";
import { capLimits } from "../rewrite/cap-limits.ts";
import { rewriteValidModule } from "../rewrite/rewrite.ts";
import { decodeStoredModule, encodeStoredModule, type StoredModule } from "../stored-module.ts";
import { webAssembly } from "../webassembly.ts";

type GivenModule = Extract<CompileSource, { kind: "module" }>;

/** Inspects, rewrites and compiles a module: the work on untrusted bytes that comes before any guest. */
export function prepareModule(source: CompileSource): CompileResult {
  if (source.kind === "stored") return prepareStored(source.entry);
  try {
    return prepareGiven(source);
  } catch (error) {
    if (error instanceof WasmRuntimeError && error.failure.code === "MODULE_REFUSED") {
      const { code: _, ...refusal } = error.failure;
      return { ok: false, refusal };
    }
    throw error;
  }
}

function prepareStored(entry: Uint8Array): CompileResult {
  try {
    return { ok: true, prepared: compileRewritten(decodeStoredModule(entry)), entry: null };
  } catch {
    // It is made anew, and put in this one's place.
    return { ok: false, refusal: null };
  }
}

function prepareGiven({ bytes, limits, build, key, keep }: GivenModule): CompileResult {
  const inspection = inspectModule(bytes, limits);
  const capped = capLimits(bytes, build);
  if (!capped.ok) {
    return {
      ok: true,
      prepared: { inspection, executable: null, exceeded: capped.exceeded },
      entry: null,
    };
  }
  // The inspection has validated it, and the engine validates once more what it compiles.
  const rewritten = rewriteValidModule(capped.bytes, {
    limits,
    canonicalizeNans: build.deterministic,
    importMemory: true,
  });
  if (!rewritten.ok) return { ok: false, refusal: rewritten.refusal };
  const { names, maxStackBytes, machineCodeBytes } = rewritten;
  const importedFunctions = inspection.imports.filter(({ kind }) => kind === "function").length;
  const code = { key, bytes: machineCodeBytes };
  const facts = { names, maxStackBytes, importedFunctions, code };
  const module = { inspection, facts, bytes: rewritten.bytes };
  return {
    ok: true,
    prepared: compileRewritten(module),
    entry: keep ? encodeStoredModule(module) : null,
  };
}

function compileRewritten({ inspection, facts, bytes }: StoredModule): PreparedModule {
  const executable = { ...facts, module: new webAssembly.Module(bytes) };
  return { inspection, executable, exceeded: null };
}
