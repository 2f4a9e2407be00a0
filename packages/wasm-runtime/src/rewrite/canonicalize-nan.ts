import type { FunctionCode } from "./function-code.ts";
import { OP } from "./instructions/control.ts";
import { OPCODES } from "./instructions/instruction.ts";
import { INSTRUCTIONS, POPS, PUSHES } from "./instructions/table.ts";

/** The shapes in which floating-point numbers are computed with. */
export const FLOAT = { none: 0, f32: 1, f64: 2, f32x4: 3, f64x2: 4 } as const;

/** Of each instruction by opcode: in which shape it gives numbers that may be a NaN of any bits. */
const MAKES = new Uint8Array(OPCODES);
/** And in which shape it reads its operands so that any NaN is like any other. */
const READS = new Uint8Array(OPCODES);

for (const { opcode, name } of INSTRUCTIONS) {
  const arithmetic = /^(f32|f64|f32x4|f64x2)\.(ceil|floor|trunc|nearest|sqrt|add|sub|mul|div|min|max)$/.exec(
    name,
  );
  const comparison = /^(f32|f64|f32x4|f64x2)\.(eq|ne|lt|gt|le|ge)$/.exec(name);
  const truncation = /\.trunc_(?:sat_)?(f32x4|f64x2|f32|f64)_[su]/.exec(name);
  const conversion = /^(f32|f64|f32x4|f64x2)\.(?:demote|promote_low|promote)_(f32x4|f64x2|f32|f64)/.exec(
    name,
  );
  MAKES[opcode] = shapeOf(arithmetic?.[1] ?? conversion?.[1]);
  READS[opcode] = shapeOf(arithmetic?.[1] ?? comparison?.[1] ?? truncation?.[1] ?? conversion?.[2]);
}

function shapeOf(name: string | undefined): number {
  switch (name) {
    case "f32":
      return FLOAT.f32;
    case "f64":
      return FLOAT.f64;
    case "f32x4":
      return FLOAT.f32x4;
    case "f64x2":
      return FLOAT.f64x2;
    default:
      return FLOAT.none;
  }
}

/**
 * Finds the instructions behind which a NaN must be made the canonical one, so that no run can tell on which processor it
 * ran: the sign and the payload of a computed NaN are the machine's choice.
 *
 * It is not done where the very next use is arithmetic, a comparison or a truncation of the same shape: those give the
 * same whatever the NaN's bits, or a NaN of their own which is seen to in its turn. What copies bits is left alone: loads,
 * stores, `abs`, `neg`, `copysign`, `pmin`, `pmax`, reinterpretations. So a NaN that a guest made of bits keeps them.
 *
 * @returns one of `FLOAT` for each instruction; `null` when there is nothing to do.
 */
export function planCanonicalNans({ count, opcodes }: FunctionCode): Uint8Array | null {
  let plan: Uint8Array | null = null;
  // The instruction that made each operand, as far as the straight line of code goes; -1 for one that makes no NaN.
  const makers: number[] = [];

  function settle(maker: number): void {
    if (maker < 0) return;
    plan ??= new Uint8Array(count);
    plan[maker] = MAKES[opcodes[maker] ?? 0] ?? 0;
  }

  for (let instruction = 0; instruction < count; instruction++) {
    const opcode = opcodes[instruction] ?? 0;
    if (isControl(opcode)) {
      for (const maker of makers) settle(maker);
      makers.length = 0;
      continue;
    }
    const reads = READS[opcode] ?? FLOAT.none;
    for (let left = POPS[opcode] ?? 0; left > 0; left--) {
      const maker = makers.pop() ?? -1;
      const alike = reads !== FLOAT.none && MAKES[opcodes[maker] ?? 0] === reads;
      if (!alike && opcode !== OP.drop) settle(maker);
    }
    const makes = MAKES[opcode] !== FLOAT.none;
    for (let left = PUSHES[opcode] ?? 0; left > 0; left--) makers.push(makes ? instruction : -1);
  }
  return plan;
}

/** Control instructions and calls; `nop` among them does no harm. */
function isControl(opcode: number): boolean {
  return opcode < OP.drop || opcode === OP.tryTable;
}
