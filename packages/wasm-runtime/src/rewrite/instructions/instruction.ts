import type { WasmValueType } from "../../inspection.ts";

/** What follows an opcode in the binary format. Numbers, because the decoder switches on them for every instruction. */
export const IMMEDIATE = {
  none: 0,
  blockType: 1,
  label: 2,
  labels: 3,
  function: 4,
  typeAndTable: 5,
  local: 6,
  global: 7,
  table: 8,
  tables: 9,
  memoryAccess: 10,
  memory: 11,
  memories: 12,
  i32: 13,
  i64: 14,
  f32: 15,
  f64: 16,
  bytes16: 17,
  lane: 18,
  memoryAccessAndLane: 19,
  heapType: 20,
  valueTypes: 21,
  tag: 22,
  catches: 23,
  element: 24,
  elementAndTable: 25,
  data: 26,
  dataAndMemory: 27,
} as const;

export type Immediate = (typeof IMMEDIATE)[keyof typeof IMMEDIATE];

/** The type of an operand; `any` where it depends on a local, a global, a table or on other operands. */
export type Operand = WasmValueType | "any";

export interface Instruction {
  /** The opcode; with prefix 0xfc `MISC + n`, with prefix 0xfd `SIMD + n`. */
  readonly opcode: number;
  readonly name: string;
  readonly immediate: Immediate;
  /** What it takes and leaves; `null` where a type index or the enclosing blocks decide: control instructions and calls. */
  readonly stack: { readonly pops: readonly Operand[]; readonly pushes: readonly Operand[] } | null;
}

/** Where the opcodes behind a prefix begin in our numbering. */
export const MISC = 0x100;
export const SIMD = 0x200;
/** One more than the highest opcode in our numbering. */
export const OPCODES = 0x300;

/**
 * Instructions with neighbouring opcodes that share their operands and what follows the opcode.
 *
 * @param signature - the stack before and after, for instance `i32 i32 -> i32`; `null` for control instructions.
 * @param names - in the order of their opcodes, separated by white space; `_` leaves one out.
 */
export function instructions(
  firstOpcode: number,
  signature: string | null,
  names: string,
  immediate: Immediate = IMMEDIATE.none,
): Instruction[] {
  const stack = signature === null ? null : readSignature(signature);
  return names
    .trim()
    .split(/\s+/)
    .map((name, position) => ({ opcode: firstOpcode + position, name, immediate, stack }))
    .filter(({ name }) => name !== "_");
}

function readSignature(signature: string): { pops: Operand[]; pushes: Operand[] } {
  const [before = "", after = ""] = signature.split("->");
  const operands = (list: string) => list.split(" ").filter((each) => each !== "") as Operand[];
  return { pops: operands(before), pushes: operands(after) };
}
