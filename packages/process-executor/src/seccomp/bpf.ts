/** One classic-BPF instruction: `struct sock_filter`. */
export interface BpfInstruction {
  readonly code: number;
  /** Instructions to skip when the test holds, and when it does not. */
  readonly jumpTrue: number;
  readonly jumpFalse: number;
  readonly operand: number;
}

const INSTRUCTION_BYTES = 8;

/** `BPF_LD | BPF_W | BPF_ABS`: load the 32-bit word at this offset of `struct seccomp_data`. */
const LOAD_WORD = 0x20;
const JUMP_IF_EQUAL = 0x15;
const JUMP_IF_AT_LEAST = 0x35;
const JUMP_IF_ANY_BIT = 0x45;
const RETURN = 0x06;

const RETURN_ALLOW = 0x7fff0000;
const RETURN_ERRNO = 0x00050000;

/** Offsets in `struct seccomp_data` (linux/seccomp.h), little endian. */
export const DATA = {
  syscallNumber: 0,
  architecture: 4,
  /** The low half of an argument: the kernel takes flags, families and requests of these calls as 32-bit values. */
  argumentLow: (index: number) => 16 + 8 * index,
} as const;

export const load = (offset: number): BpfInstruction => op(LOAD_WORD, offset);
export const allow: BpfInstruction = op(RETURN, RETURN_ALLOW);
export const refuse = (errno: number): BpfInstruction => op(RETURN, RETURN_ERRNO | errno);

export const ifEqual = (value: number, skipTrue: number, skipFalse: number) =>
  op(JUMP_IF_EQUAL, value, skipTrue, skipFalse);
export const ifAtLeast = (value: number, skipTrue: number, skipFalse: number) =>
  op(JUMP_IF_AT_LEAST, value, skipTrue, skipFalse);
export const ifAnyBit = (mask: number, skipTrue: number, skipFalse: number) =>
  op(JUMP_IF_ANY_BIT, mask, skipTrue, skipFalse);

/** The bytes that bubblewrap's `--seccomp` reads: an array of `struct sock_filter`. */
export function assemble(program: readonly BpfInstruction[]): Uint8Array {
  const bytes = new Uint8Array(program.length * INSTRUCTION_BYTES);
  const view = new DataView(bytes.buffer);
  program.forEach((instruction, index) => {
    const at = index * INSTRUCTION_BYTES;
    view.setUint16(at, instruction.code, true);
    view.setUint8(at + 2, instruction.jumpTrue);
    view.setUint8(at + 3, instruction.jumpFalse);
    view.setUint32(at + 4, instruction.operand, true);
  });
  return bytes;
}

function op(code: number, operand: number, jumpTrue = 0, jumpFalse = 0): BpfInstruction {
  return { code, jumpTrue, jumpFalse, operand };
}
