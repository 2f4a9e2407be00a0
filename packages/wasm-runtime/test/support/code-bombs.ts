import { encodeEvaluationOutput } from "@assay/host-interface";
import { buildGuest, RETURN_VERDICT, VERDICT } from "./guests.ts";
import { type FunctionSpec, op } from "./wasm-builder.ts";

const FUNCTIONS = ["one", "two", "three", "four"];
const FILLS = 20_000;

/**
 * A module of 720 KB of which the engine makes 15 MB of machine code. Its functions do nothing, but the engine compiles what
 * is called.
 */
export function buildCodeBomb(): Uint8Array {
  const fill = [op.i32(1), op.i32(0), op.i32(0), op.memoryFill];
  const unreached: FunctionSpec = {
    body: [op.block(op.i32(1), op.brIf(0), Array<typeof fill>(FILLS).fill(fill))],
    export: false,
  };
  return buildGuest({
    evaluate: [FUNCTIONS.map((name) => op.call(name)), RETURN_VERDICT],
    functions: Object.fromEntries(FUNCTIONS.map((name) => [name, unreached])),
  });
}

/** The same module, but for the score of its verdict. */
export function variantOf(module: Uint8Array, variant: number): Uint8Array {
  const bytes = module.slice();
  bytes[bytes.length - encodeEvaluationOutput("head", VERDICT).length] = variant;
  return bytes;
}
