import { lengthPrice } from "../costs.ts";
import type { FunctionCode } from "../function-code.ts";
import { OP } from "../instructions/control.ts";

/** How often the body of such a loop is written: it is charged for that many rounds at once. */
export const UNROLLED_ROUNDS = 4;

/** In longer loops the meter is hardly felt. */
const MAX_INSTRUCTIONS = 48;
/** All that is written again is at most this many times what the function has. */
const MAX_GROWTH = 2;
/** What is written around one loop, in bytes. */
const LOOP_BYTES = 64;
/** At each block and branch the engine's compilers remember the frame: large ones are left as they are. */
const MAX_FRAME_BYTES_TIMES_CONTROL = 1_000_000;

/**
 * Finds the loops of a straight line of code, which end where they go round: those where a check and a charge each time
 * around weigh most.
 *
 * @param frameBytes - what a call takes of the stack.
 * @returns for each instruction whether it begins such a loop; `null` where there is none.
 */
export function planUnrolling(code: FunctionCode, frameBytes: number): Uint8Array | null {
  const { count, opcodes, operands, offsets, control } = code;
  if (frameBytes * control > MAX_FRAME_BYTES_TIMES_CONTROL) return null;
  let plan: Uint8Array | null = null;
  let room = (code.bodyEnd - code.bodyStart) * MAX_GROWTH;
  for (let instruction = 0; instruction < count; instruction++) {
    // A block of no parameters and no results.
    if (opcodes[instruction] !== OP.loop || operands[instruction] !== 0) continue;
    const branch = endOfLine(code, instruction + 1);
    if (opcodes[branch] !== OP.brIf || operands[branch] !== 0 || opcodes[branch + 1] !== OP.end) continue;
    const bytes = (offsets[branch] ?? 0) - (offsets[instruction] ?? 0);
    room -= bytes * (UNROLLED_ROUNDS - 1) + LOOP_BYTES;
    if (room < 0) break;
    plan ??= new Uint8Array(count);
    plan[instruction] = 1;
  }
  return plan;
}

/** The first instruction from `start` on that is not simply followed by the next, or is charged by length. */
function endOfLine({ count, opcodes }: FunctionCode, start: number): number {
  const limit = Math.min(count, start + MAX_INSTRUCTIONS);
  let instruction = start;
  for (; instruction < limit; instruction++) {
    const opcode = opcodes[instruction] ?? 0;
    if (opcode < OP.drop || opcode === OP.tryTable || lengthPrice(opcode) !== null) break;
  }
  return instruction;
}
