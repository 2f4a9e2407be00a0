import type { WasmValueType } from "../inspection.ts";

/** An exception without values: its object, its tag, its stack trace of no frames, and the list of its values. */
const EXCEPTION_BYTES = 64;

/** The engine keeps numbers in pieces of 16 bits, each in a slot of its own; a reference in one. */
const VALUE_BYTES: Readonly<Record<WasmValueType, number>> = {
  i32: 16,
  f32: 16,
  i64: 32,
  f64: 32,
  v128: 64,
  funcref: 8,
  externref: 8,
  exnref: 8,
};

/** What one exception takes of the engine's heap, in bytes: an upper bound of what was measured on Node.js 24 and 26. */
export function exceptionBytes(values: readonly WasmValueType[]): number {
  return values.reduce((sum, type) => sum + VALUE_BYTES[type], EXCEPTION_BYTES);
}
