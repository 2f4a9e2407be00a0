import type { BodyOutput } from "./body-output.ts";
import { OP } from "./instructions/control.ts";
import type { Layout } from "./layout.ts";

/** The value of the stack's global once it is exhausted: the mark by which a host tells it from other traps. */
const STACK_EXHAUSTED = -1;

/** Writes what counts the depth of calls in one function. */
export interface StackWriter {
  /** Where the function begins: takes its frame off what is left, or traps. */
  enterFrame(): void;
  passStack(tail: boolean): void;
}

/**
 * Every function notes what is left of the stack in a local, and puts it into the global before each call. So nothing is
 * to be given back on any way out: not on a return, nor when an exception passes through or is caught.
 *
 * @param frameBytes - `null` for a function that is not counted.
 * @param stackLocal - `null` for a function that calls nothing.
 */
export function createStackWriter(
  output: BodyOutput,
  layout: Layout,
  frameBytes: number | null,
  stackLocal: number | null,
): StackWriter {
  const { body, withIndex, i32Const } = output;

  function enterFrame(): void {
    if (frameBytes === null) return;
    withIndex(OP.globalGet, layout.stackGlobal);
    i32Const(frameBytes);
    body.byte(OP.i32Sub);
    if (stackLocal !== null) withIndex(OP.localTee, stackLocal);
    i32Const(0);
    body.byte(OP.i32LtS);
    output.ifUnlikely(() => {
      i32Const(STACK_EXHAUSTED);
      withIndex(OP.globalSet, layout.stackGlobal);
      body.byte(OP.unreachable);
    });
  }

  /** Tells the callee how much stack is left: what was on entry, less this frame; a tail call gives the frame back. */
  function passStack(tail: boolean): void {
    if (frameBytes === null || stackLocal === null) return;
    withIndex(OP.localGet, stackLocal);
    if (tail) {
      i32Const(frameBytes);
      body.byte(OP.i32Add);
    }
    withIndex(OP.globalSet, layout.stackGlobal);
  }

  return { enterFrame, passStack };
}
