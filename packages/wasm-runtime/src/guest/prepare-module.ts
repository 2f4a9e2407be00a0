import type { ModuleLimits } from "../defaults.ts";
import { WasmRuntimeError } from "../errors.ts";
import { inspectModule } from "../inspect.ts";
import type { CompileResult } from "../protocol.ts";
import { capLimits, type ResourceCaps } from "../rewrite/cap-limits.ts";
import { exposeStart } from "../rewrite/expose-start.ts";
import { webAssembly } from "../webassembly.ts";

/** Inspects, rewrites and compiles a module: the work on untrusted bytes that comes before any guest. */
export function prepareModule(bytes: Uint8Array, limits: ModuleLimits, caps: ResourceCaps): CompileResult {
  try {
    const inspection = inspectModule(bytes, limits);
    const capped = capLimits(bytes, caps);
    if (!capped.ok) {
      return { ok: true, prepared: { inspection, executable: null, exceeded: capped.exceeded } };
    }
    const exportNames = inspection.exports.map(({ name }) => name);
    const { bytes: exposed, startExport } = exposeStart(capped.bytes, exportNames);
    const executable = { module: new webAssembly.Module(exposed), startExport };
    return { ok: true, prepared: { inspection, executable, exceeded: null } };
  } catch (error) {
    if (error instanceof WasmRuntimeError && error.failure.code === "MODULE_REFUSED") {
      const { code: _, ...refusal } = error.failure;
      return { ok: false, refusal };
    }
    throw error;
  }
}
