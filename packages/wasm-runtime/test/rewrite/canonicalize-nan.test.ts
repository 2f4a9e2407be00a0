import { describe, expect, it } from "vitest";
import { SIMD } from "../../src/rewrite/instructions/instruction.ts";
import { INSTRUCTIONS } from "../../src/rewrite/instructions/table.ts";
import { code } from "../support/random-module.ts";
import { memoryOf, meteredGuest, plainGuest, rewritten } from "../support/rewritten.ts";
import { type Body, buildModule, op } from "../support/wasm-builder.ts";

/** NaNs with a sign and a payload, least significant byte first. */
const ODD_F32 = [0x34, 0x12, 0xc0, 0xff];
const ODD_F64 = [0x78, 0x56, 0x34, 0x12, 0, 0, 0xf8, 0xff];
const CANONICAL_F32 = "0000c07f";
const CANONICAL_F64 = "000000000000f87f";

const ODD: Record<string, Body> = {
  f32: [0x43, ODD_F32],
  f64: [0x44, ODD_F64],
};
const STORE: Record<string, number> = { f32: 0x38, f64: 0x39 };

/** What `body` leaves, in memory, as hexadecimal digits. */
function stored(body: Body, store: Body, bytes: number, canonicalizeNans: boolean): string {
  const module = buildModule({ functions: { run: { locals: ["f64"], body: [op.i32(0), body, store] } } });
  const guest = canonicalizeNans ? meteredGuest(rewritten(module, { canonicalizeNans })) : plainGuest(module);
  expect(guest.call("run")).toEqual({ returned: undefined });
  return memoryOf(guest.exports).toString("hex", 0, bytes);
}

const ARITHMETIC =
  /^f(32|64)(x\d)?\.(ceil|floor|trunc|nearest|sqrt|add|sub|mul|div|min|max|demote.*|promote.*)$/;

describe("a NaN", () => {
  const scalars = INSTRUCTIONS.filter(({ name, opcode }) => opcode < SIMD && ARITHMETIC.test(name));

  it("comes from 24 instructions on numbers and 24 on vectors", () => {
    const vectors = INSTRUCTIONS.filter(({ name, opcode }) => opcode >= SIMD && ARITHMETIC.test(name));

    expect([scalars.length, vectors.length]).toEqual([24, 24]);
  });

  it.each(scalars)("of $name has the bits of no machine", ({ opcode, stack }) => {
    const operands = (stack?.pops ?? []).map((type) => ODD[type] ?? []);
    const [result = "f32"] = stack?.pushes ?? [];
    const bytes = result === "f32" ? 4 : 8;
    const store = [STORE[result] ?? 0, 0, 0];

    expect(stored([operands, code(opcode)], store, bytes, true)).toBe(
      result === "f32" ? CANONICAL_F32 : CANONICAL_F64,
    );
    // The positive control: here the bits of the operand come through.
    expect(stored([operands, code(opcode)], store, bytes, false)).not.toBe(
      result === "f32" ? CANONICAL_F32 : CANONICAL_F64,
    );
  });

  const vectors = INSTRUCTIONS.filter(({ name, opcode }) => opcode >= SIMD && ARITHMETIC.test(name));

  it.each(vectors)("in a lane of $name has the bits of no machine", ({ name, opcode, stack }) => {
    const wideOperand =
      name === "f32x4.demote_f64x2_zero" || (name.startsWith("f64x2") && !name.includes("promote"));
    const lanes = wideOperand ? [...ODD_F64, ...ODD_F64] : [...ODD_F32, ...ODD_F32, ...ODD_F32, ...ODD_F32];
    const operands = (stack?.pops ?? []).map((): Body => [0xfd, 12, lanes]);
    const expected = name.includes("demote")
      ? CANONICAL_F32.repeat(2) + "00".repeat(8)
      : name.startsWith("f32x4")
        ? CANONICAL_F32.repeat(4)
        : CANONICAL_F64.repeat(2);

    expect(stored([operands, code(opcode)], [0xfd, 11, 0, 0], 16, true)).toBe(expected);
  });

  it("that is only copied keeps its bits", () => {
    const kept = (body: Body) => stored(body, [0x39, 0, 0], 8, true);
    const odd = [0x44, ODD_F64];

    expect(kept(odd)).toBe("785634120000f8ff");
    expect(kept([odd, 0x9a])).toBe("785634120000f87f"); // neg
    expect(kept([odd, 0x99])).toBe("785634120000f87f"); // abs
    expect(kept([odd, 0xbd, 0xbf])).toBe("785634120000f8ff"); // through an i64
  });

  it("is seen to at the end of a chain, and wherever its bits could be looked at", () => {
    const odd = [0x44, ODD_F64];
    const add = 0xa0;
    const chain = [odd, odd, add, odd, add, 0x9f];
    const looked: Body[] = [
      chain,
      [odd, odd, add, 0x9a, 0x9a], // neg copies bits
      [odd, odd, add, [0x22, 0], op.drop, op.get(0)],
      [op.i32(1), [0x04, 0x7c], odd, odd, add, 0x05, odd, 0x0b],
      [odd, odd, add, odd, op.i32(1), 0x1b],
      [[0x02, 0x7c], odd, odd, add, op.br(0), 0x0b],
      [odd, odd, add, 0xbd, 0xbf],
    ];

    for (const body of looked) expect(stored(body, [0x39, 0, 0], 8, true)).toBe(CANONICAL_F64);
  });

  it("and a number that is none is left as it is", () => {
    expect(
      stored(
        [[0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f], [0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f], 0xa0],
        [0x39, 0, 0],
        8,
        true,
      ),
    ).toBe("0000000000000040");
  });
});

it("adds nothing to a module without floating point", () => {
  const bytes = buildModule({ functions: { run: { body: [op.i32(1), op.drop] } } });

  expect(rewritten(bytes, { canonicalizeNans: true }).bytes).toEqual(rewritten(bytes).bytes);
});
