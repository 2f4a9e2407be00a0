import { OP } from "./control.ts";
import { IMMEDIATE, type Instruction, instructions, MISC } from "./instruction.ts";

const { memoryAccess, memory } = IMMEDIATE;

/** The first and the last opcode of the loads and stores of numbers. */
export const SCALAR_ACCESS = { first: 0x28, last: 0x3e } as const;

/** Loads, stores and whole stretches of memory. */
export const MEMORY: readonly Instruction[] = [
  ...instructions(SCALAR_ACCESS.first, "i32 -> i32", "i32.load", memoryAccess),
  ...instructions(0x29, "i32 -> i64", "i64.load", memoryAccess),
  ...instructions(0x2a, "i32 -> f32", "f32.load", memoryAccess),
  ...instructions(0x2b, "i32 -> f64", "f64.load", memoryAccess),
  ...instructions(0x2c, "i32 -> i32", "i32.load8_s i32.load8_u i32.load16_s i32.load16_u", memoryAccess),
  ...instructions(
    0x30,
    "i32 -> i64",
    "i64.load8_s i64.load8_u i64.load16_s i64.load16_u i64.load32_s i64.load32_u",
    memoryAccess,
  ),
  ...instructions(0x36, "i32 i32 ->", "i32.store", memoryAccess),
  ...instructions(0x37, "i32 i64 ->", "i64.store", memoryAccess),
  ...instructions(0x38, "i32 f32 ->", "f32.store", memoryAccess),
  ...instructions(0x39, "i32 f64 ->", "f64.store", memoryAccess),
  ...instructions(0x3a, "i32 i32 ->", "i32.store8 i32.store16", memoryAccess),
  ...instructions(0x3c, "i32 i64 ->", "i64.store8 i64.store16 i64.store32", memoryAccess),
  ...instructions(OP.memorySize, "-> i32", "memory.size", memory),
  ...instructions(OP.memoryGrow, "i32 -> i32", "memory.grow", memory),
  ...instructions(OP.memoryInit, "i32 i32 i32 ->", "memory.init", IMMEDIATE.dataAndMemory),
  ...instructions(MISC + 9, "->", "data.drop", IMMEDIATE.data),
  ...instructions(OP.memoryCopy, "i32 i32 i32 ->", "memory.copy", IMMEDIATE.memories),
  ...instructions(OP.memoryFill, "i32 i32 i32 ->", "memory.fill", memory),
];
