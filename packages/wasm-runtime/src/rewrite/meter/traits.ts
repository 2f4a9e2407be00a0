import { lengthPrice } from "../costs.ts";
import { blockParameters, type FunctionCode } from "../function-code.ts";
import { OP } from "../instructions/control.ts";

/** What decides how a function is metered. */
export interface FunctionTraits {
  /** Whether it calls anything; a tail call is a call. */
  readonly calls: boolean;
  readonly catches: boolean;
  /** Whether it has a loop inside of which there is no call. */
  readonly callFreeLoop: boolean;
  /** Whether it has a loop whose check of the fuel moves its labels; see `isOutlined`. */
  readonly outlinedLoop: boolean;
  /** Whether it has instructions that are charged by length. */
  readonly lengths: boolean;
}

export function readTraits({ count, opcodes, operands, nesting }: FunctionCode): FunctionTraits {
  let calls = 0;
  let catches = false;
  let callFreeLoop = false;
  let outlinedLoop = false;
  let lengths = false;
  // Of every open block: how many calls there were when it began; -1 if it is no loop.
  const callsBefore = new Int32Array(nesting + 1);
  let depth = 0;
  for (let instruction = 0; instruction < count; instruction++) {
    const opcode = opcodes[instruction] ?? 0;
    switch (opcode) {
      case OP.loop:
        callsBefore[++depth] = calls;
        outlinedLoop ||= isOutlined(operands[instruction] ?? 0);
        break;
      case OP.block:
      case OP.if:
      case OP.tryTable:
        catches ||= opcode === OP.tryTable;
        callsBefore[++depth] = -1;
        break;
      case OP.end:
        callFreeLoop ||= depth > 0 && callsBefore[depth] === calls;
        depth -= 1;
        break;
      case OP.call:
      case OP.callIndirect:
      case OP.returnCall:
      case OP.returnCallIndirect:
        calls += 1;
        break;
      default:
        lengths ||= opcode >= OP.memoryGrow && lengthPrice(opcode) !== null;
    }
  }
  return { calls: calls > 0, catches, callFreeLoop, outlinedLoop, lengths };
}

/**
 * Whether a loop's call for fuel can be moved out of it: a call inside a loop, even one that is never made, costs the
 * optimising compiler its registers (fivefold on a matrix multiplication). Parameters cannot be carried there and back.
 */
export function isOutlined(arity: number): boolean {
  return blockParameters(arity) === 0;
}
