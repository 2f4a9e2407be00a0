import { type FunctionSummary, visitCallees } from "./call-graph.ts";
import type { FunctionCode } from "./function-code.ts";
import type { ModuleShape } from "./module-shape.ts";
import type { HighestStack } from "./stack-height.ts";

/** Bytes that a call takes beside its values: the return address, the frame's links, the instance. */
const FRAME_BYTES = 64;
const VALUE_BYTES = 8;
const WIDE_VALUE_BYTES = 16;

/**
 * A function is not counted when it and all that it calls take up to this much together, and it calls nothing that is
 * counted: it is at the very end of the stack, and there is one such end at a time.
 */
export const UNCOUNTED_BYTES = 2_048;

/**
 * How much of the stack one call of a function may take, in bytes: an upper bound of what the engine's simplest compiler
 * lays out, so that our limit is met at the same call on every machine and in every tier, and the engine's own never.
 *
 * Locals count by their type; an operand counts as a vector where the function could have any. A local or an operand that
 * can hold an exception counts as if the largest exception of the module lay in it: so all exceptions that are alive take
 * no more of the engine's heap than the calls may take of the stack.
 *
 * @param highest - the most that it has on its operand stack at a time.
 */
export function frameBytes(code: FunctionCode, shape: ModuleShape, highest: HighestStack): number {
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
 * Finds the functions whose calls are counted, by their position. A call through a table may be of any function, and one of
 * the host is the host's.
 */
export function planCountedFrames(
  functions: readonly FunctionSummary[],
  importedFunctions: number,
): Uint8Array {
  // Until it is finished a function counts: in a circle of calls there is no end.
  const counted = new Uint8Array(functions.length).fill(1);
  const endBytes = new Uint32Array(functions.length);
  visitCallees(functions, importedFunctions, {
    closeCircle() {},
    finish(position) {
      const summary = functions[position];
      if (summary === undefined || summary.callsIndirectly) return;
      let deepest = 0;
      for (const callee of summary.callees) {
        if (counted[callee - importedFunctions] === 1) return;
        deepest = Math.max(deepest, endBytes[callee - importedFunctions] ?? 0);
      }
      endBytes[position] = summary.frameBytes + deepest;
      if (summary.frameBytes + deepest <= UNCOUNTED_BYTES) counted[position] = 0;
    },
  });
  return counted;
}
