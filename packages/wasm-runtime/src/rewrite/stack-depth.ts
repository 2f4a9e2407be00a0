import type { FunctionCode } from "./function-code.ts";
import type { ModuleShape } from "./module-shape.ts";
import type { HighestStack } from "./stack-height.ts";

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
 * Locals count by their type; an operand counts as a vector where the function could have any. A local or an operand that
 * can hold an exception counts as if the largest exception of the module lay in it: so all exceptions that are alive take
 * no more of the engine's heap than the calls may take of the stack.
 */
function frameBytes(code: FunctionCode, shape: ModuleShape, highest: HighestStack): number {
  const operandBytes = code.vectors || shape.vectors ? WIDE_VALUE_BYTES : VALUE_BYTES;
  return (
    FRAME_BYTES +
    VALUE_BYTES * code.locals +
    (WIDE_VALUE_BYTES - VALUE_BYTES) * code.wideLocals +
    operandBytes * highest.operands +
    shape.exceptionBytes * (code.exceptionLocals.size + highest.exceptions)
  );
}

/**
 * `frameBytes` of a function that is counted; `null` of one that is not.
 *
 * @param highest - the most that it has on its operand stack at a time.
 */
export function countedFrameBytes(
  code: FunctionCode,
  shape: ModuleShape,
  { highest, calls }: { readonly highest: HighestStack; readonly calls: boolean },
): number | null {
  const bytes = frameBytes(code, shape, highest);
  return calls || bytes > UNCOUNTED_LEAF_BYTES ? bytes : null;
}
