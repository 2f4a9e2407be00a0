import type { ModuleLimits } from "../defaults.ts";
import { WasmRuntimeError } from "../errors.ts";
import { inspectModule } from "../inspect.ts";
import type { BuildOptions, CompileResult } from "../protocol.ts";
import { capLimits } from "../rewrite/cap-limits.ts";
import { rewriteValidModule } from "../rewrite/rewrite.ts";
import { webAssembly } from "../webassembly.ts";

/** Inspects, rewrites and compiles a module: the work on untrusted bytes that comes before any guest. */
export function prepareModule(bytes: Uint8Array, limits: ModuleLimits, build: BuildOptions): CompileResult {
  try {
    const inspection = inspectModule(bytes, limits);
    const capped = capLimits(bytes, build);
    if (!capped.ok) {
      return { ok: true, prepared: { inspection, executable: null, exceeded: capped.exceeded } };
    }
    // The inspection has validated it, and the engine validates once more what it compiles.
    const rewritten = rewriteValidModule(capped.bytes, { limits, canonicalizeNans: build.deterministic });
    if (!rewritten.ok) return { ok: false, refusal: rewritten.refusal };
    const { names, maxStackBytes } = rewritten;
    const importedFunctions = inspection.imports.filter(({ kind }) => kind === "function").length;
    const module = new webAssembly.Module(rewritten.bytes);
    const executable = { module, names, maxStackBytes, importedFunctions };
    return { ok: true, prepared: { inspection, executable, exceeded: null } };
  } catch (error) {
    if (error instanceof WasmRuntimeError && error.failure.code === "MODULE_REFUSED") {
      const { code: _, ...refusal } = error.failure;
      return { ok: false, refusal };
    }
    throw error;
  }
}
