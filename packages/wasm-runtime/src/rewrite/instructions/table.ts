import { CONTROL, VALUES } from "./control.ts";
import { type Instruction, OPCODES } from "./instruction.ts";
import { MEMORY } from "./memory.ts";
import { NUMERIC } from "./numeric.ts";
import { VECTOR } from "./simd.ts";

/**
 * Every instruction that we run: WebAssembly 2.0 with tail calls and exception handling, of one memory with 32-bit
 * addresses. What is not here is refused, see `unsupportedInstruction`.
 *
 * @see https://webassembly.github.io/spec/core/appendix/index-instructions.html
 */
export const INSTRUCTIONS: readonly Instruction[] = [...CONTROL, ...VALUES, ...MEMORY, ...NUMERIC, ...VECTOR];

/** What the decoder needs of an instruction, by opcode, in arrays that cost no lookup of an object. */
export const IMMEDIATE_OF = byOpcode(({ immediate }) => immediate + 1);
/** How many operands it takes and leaves; 0 for those whose `stack` is `null`. */
export const POPS = byOpcode(({ stack }) => stack?.pops.length ?? 0);
export const PUSHES = byOpcode(({ stack }) => stack?.pushes.length ?? 0);

function byOpcode(read: (instruction: Instruction) => number): Uint8Array {
  const values = new Uint8Array(OPCODES);
  for (const instruction of INSTRUCTIONS) values[instruction.opcode] = read(instruction);
  return values;
}
