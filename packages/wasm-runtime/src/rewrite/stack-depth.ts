import type { FunctionCode } from "./function-code.ts";
import type { ModuleShape } from "./module-shape.ts";

/** Bytes that a call takes beside its values: the return address, the frame's links, the instance. */
const FRAME_BYTES = 64;
const VALUE_BYTES = 8;
const WIDE_VALUE_BYTES = 16;

/**
 * Frames up to this size are not counted when they call nothing: there is one at a time, at the very end of the stack.
 */
export const UNCOUNTED_LEAF_BYTES = 1_024;

/**
 * How much of the stack one call of a function may take, in bytes: an upper bound of what the engine's simplest compiler
 * lays out, so that our limit is met at the same call on every machine and in every tier, and the engine's own never.
 *
 * Locals count by their type; an operand counts as a vector where the function could have any.
 */
function frameBytes(code: FunctionCode, shape: ModuleShape, operands: number): number {
  const operandBytes = code.vectors || shape.vectors ? WIDE_VALUE_BYTES : VALUE_BYTES;
  return (
    FRAME_BYTES +
    VALUE_BYTES * code.locals +
    (WIDE_VALUE_BYTES - VALUE_BYTES) * code.wideLocals +
    operandBytes * operands
  );
}

/**
 * `frameBytes` of a function that is counted; `null` of one that is not.
 *
 * @param operands - the most that it has on its stack at a time: `highestStack`.
 */
export function countedFrameBytes(
  code: FunctionCode,
  shape: ModuleShape,
  { operands, calls }: { readonly operands: number; readonly calls: boolean },
): number | null {
  const bytes = frameBytes(code, shape, operands);
  return calls || bytes > UNCOUNTED_LEAF_BYTES ? bytes : null;
}
