import { WasmRuntimeError } from "../errors.ts";
import type { UnsupportedFeature } from "../module-refusal.ts";

/** The refusal of a valid module for a feature that we do not run. */
export function unsupported(feature: UnsupportedFeature, detail: string): WasmRuntimeError {
  return new WasmRuntimeError({ code: "MODULE_REFUSED", reason: "unsupported", feature, detail });
}
