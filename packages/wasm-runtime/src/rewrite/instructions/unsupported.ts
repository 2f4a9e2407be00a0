/** A group of instructions that engines run, and we do not. */
export type UnsupportedInstructions =
  | "gc"
  | "legacy-exceptions"
  | "multiple-memories"
  | "relaxed-simd"
  | "stack-switching"
  | "threads"
  | "typed-references"
  | "unknown";

const PREFIX = { gc: 0xfb, misc: 0xfc, simd: 0xfd, threads: 0xfe } as const;

/**
 * Why an instruction is not in our table.
 *
 * @param prefix - the byte before `opcode`, or `null` for an instruction of one byte.
 */
export function unsupportedInstruction(prefix: number | null, opcode: number): UnsupportedInstructions {
  if (prefix === PREFIX.gc) return "gc";
  if (prefix === PREFIX.threads) return "threads";
  if (prefix === PREFIX.simd) return opcode >= 0x100 && opcode < 0x180 ? "relaxed-simd" : "unknown";
  if (prefix === PREFIX.misc) return "unknown";
  switch (opcode) {
    case 0x06: // try
    case 0x07: // catch
    case 0x09: // rethrow
    case 0x18: // delegate
    case 0x19: // catch_all
      return "legacy-exceptions";
    case 0x14: // call_ref
    case 0x15: // return_call_ref
    case 0xd4: // ref.as_non_null
    case 0xd5: // br_on_null
    case 0xd6: // br_on_non_null
      return "typed-references";
    case 0xd3: // ref.eq
      return "gc";
    default:
      return opcode >= 0xe0 && opcode <= 0xe5 ? "stack-switching" : "unknown";
  }
}
