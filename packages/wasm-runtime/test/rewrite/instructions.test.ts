import { describe, expect, it } from "vitest";
import { INSTRUCTION_PRICES } from "../../src/rewrite/costs.ts";
import { IMMEDIATE, type Instruction, type Operand } from "../../src/rewrite/instructions/instruction.ts";
import { INSTRUCTIONS } from "../../src/rewrite/instructions/table.ts";
import { code } from "../support/random-module.ts";
import { engine, rewritten } from "../support/rewritten.ts";
import { buildModule } from "../support/wasm-builder.ts";

const ZERO: Record<Exclude<Operand, "any">, readonly number[]> = {
  i32: [0x41, 0],
  i64: [0x42, 0],
  f32: [0x43, 0, 0, 0, 0],
  f64: [0x44, 0, 0, 0, 0, 0, 0, 0, 0],
  v128: [0xfd, 12, ...new Array<number>(16).fill(0)],
  funcref: [0xd0, 0x70],
  externref: [0xd0, 0x6f],
  exnref: [0xd0, 0x69],
};

function immediates({ immediate, opcode }: Instruction): readonly number[] {
  switch (immediate) {
    case IMMEDIATE.none:
      return [];
    case IMMEDIATE.memoryAccess:
    case IMMEDIATE.memories:
    case IMMEDIATE.dataAndMemory:
    case IMMEDIATE.tables:
    case IMMEDIATE.elementAndTable:
      return [0, 0];
    case IMMEDIATE.memoryAccessAndLane:
      return [0, 0, 0];
    case IMMEDIATE.f32:
    case IMMEDIATE.f64:
      return new Array<number>(immediate === IMMEDIATE.f32 ? 4 : 8).fill(0);
    case IMMEDIATE.bytes16:
      return new Array<number>(16).fill(0);
    case IMMEDIATE.heapType:
      return [0x70];
    case IMMEDIATE.valueTypes:
      return [1, 0x70];
    default:
      return opcode === 0x23 || opcode === 0x24 ? [0] : [0];
  }
}

/** Where the table says `any`, the module below has references to functions, but for globals, which have numbers. */
const operand = (type: Operand, { name }: Instruction): Exclude<Operand, "any"> => {
  if (type !== "any") return type;
  return name.startsWith("global.") || name === "drop" ? "i32" : name === "select" ? "i32" : "funcref";
};

function moduleOf(instruction: Instruction): Uint8Array {
  const { opcode, stack, immediate } = instruction;
  if (stack === null) throw new Error("a control instruction");
  const any = immediate === IMMEDIATE.valueTypes ? "funcref" : null;
  const typed = (type: Operand) => (type === "any" && any !== null ? any : operand(type, instruction));
  return buildModule({
    functions: {
      run: {
        params: ["funcref"],
        body: [
          ...stack.pops.flatMap((type) => ZERO[typed(type)]),
          ...code(opcode),
          ...immediates(instruction),
          ...stack.pushes.map(() => 0x1a),
        ],
      },
    },
    tables: [{ minimum: 1 }],
    globals: [{ type: "i32", value: 0 }],
    rawSections: { 9: [1, 1, 0, 1, 0], 11: [1, 1, 0], 12: [1] },
  });
}

describe("the table of instructions", () => {
  const withStack = INSTRUCTIONS.filter(({ stack }) => stack !== null);

  it("agrees with the engine about the operands of every one", () => {
    const invalid = withStack.filter((each) => !engine.validate(moduleOf(each))).map(({ name }) => name);

    expect(invalid).toEqual([]);
  });

  it("has each opcode once, and a price for all that do anything", () => {
    expect(new Set(INSTRUCTIONS.map(({ opcode }) => opcode)).size).toBe(INSTRUCTIONS.length);
    const free = INSTRUCTIONS.filter(({ opcode }) => INSTRUCTION_PRICES[opcode] === 0).map(
      ({ name }) => name,
    );
    expect(free.sort()).toEqual(["block", "else", "end", "loop", "nop", "try_table"]);
  });

  it("has all of WebAssembly 2.0, tail calls and exceptions", () => {
    const count = (prefix: number) => INSTRUCTIONS.filter(({ opcode }) => opcode >> 8 === prefix).length;

    expect({ plain: count(0), misc: count(1), simd: count(2) }).toEqual({ plain: 188, misc: 18, simd: 236 });
  });

  it("is rewritten without a loss", () => {
    for (const each of withStack) {
      const { bytes } = rewritten(moduleOf(each), { canonicalizeNans: true });
      expect(engine.validate(bytes), each.name).toBe(true);
    }
  });
});
