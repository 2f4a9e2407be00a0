import { describe, expect, it } from "vitest";
import { SECTION } from "../../src/binary/sections.ts";
import { DEFAULT_ADMISSION_LIMITS } from "../../src/rewrite/admission.ts";
import { createFunctionDecoder } from "../../src/rewrite/decode-function.ts";
import { planCharges } from "../../src/rewrite/meter/plan-charges.ts";
import { readerOf, readModuleShape } from "../../src/rewrite/module-shape.ts";
import { type Body, buildModule, op } from "../support/wasm-builder.ts";

/** What is charged in the only function of a module, by place: 0 on entry, `n + 1` behind instruction `n`. */
function chargesOf(...body: Body): Readonly<Record<number, number>> {
  const shape = readModuleShape(buildModule({ functions: { run: { locals: ["i32"], body } } }));
  const section = shape.sections.find(({ id }) => id === SECTION.code);
  if (section === undefined) throw new Error("no code");
  const reader = readerOf(shape.bytes, section);
  reader.u32();
  const size = reader.u32();
  const decoder = createFunctionDecoder(shape, DEFAULT_ADMISSION_LIMITS);
  const code = decoder.decode(0, reader.offset, reader.offset + size);
  return Object.fromEntries([...planCharges(code, 0).entries()].filter(([, fuel]) => fuel > 0));
}

const work = (units: number): Body => [new Array<Body>(units / 2).fill([op.i32(1), op.drop] as Body)];
const condition = op.get(0);
const ifElse = (then: Body, otherwise: Body): Body => [condition, [0x04, 0x40], then, 0x05, otherwise, 0x0b];

describe("fuel is charged", () => {
  it("on entry for all that is run on every way", () => {
    expect(chargesOf(op.block(work(4)), work(2), op.block(condition, op.brIf(0)), work(6))).toEqual({
      0: 4 + 2 + 2 + 6,
    });
  });

  it("on entry for the cheaper arm, and where the dearer begins for what it costs more", () => {
    // get, if, 2 of the one arm, else, 6 of the other.
    expect(chargesOf(ifElse(work(2), work(6)), work(4))).toEqual({ 0: 2 + 2 + 4, 5: 6 - 2 });
  });

  it("once around a loop, and not for what follows it", () => {
    expect(chargesOf(op.loop(work(2), condition, op.brIf(0)), work(8))).toEqual({ 0: 8, 1: 2 + 2 });
  });

  it("as if the way into a trap were not there, and there for itself", () => {
    const checked = op.block(op.block(condition, op.brIf(0), work(4), op.br(1)), work(2), op.unreachable);

    // block, block, get, br_if, 4 of work, br, end: what leads to the trap begins behind it.
    expect(chargesOf(checked, work(2))).toEqual({ 0: 2 + 4 + 1 + 2, 10: 2 + 1 });
  });

  it("in a loop that never ends for each time around alone", () => {
    expect(chargesOf(work(2), op.loop(work(4), op.br(0)))).toEqual({ 0: 2, 3: 4 + 1 });
  });

  it("behind a block that catches for what follows it, which nobody inside pays", () => {
    const caught = op.block(
      [0x02, 0x40],
      [0x1f, 0x40, 1, 2, 0],
      work(4),
      0x0b,
      work(2),
      op.br(1),
      0x0b,
      work(8),
    );

    // block, block, try_table, 4 of work, end, 2 of work, br, end.
    expect(chargesOf(caught)).toEqual({ 0: 4, 8: 2 + 1, 12: 8 });
  });

  it("behind the handler of an exception for what follows, which nobody who throws has paid", () => {
    // block, try_table, 4 of work, end, end.
    expect(chargesOf(op.tryCatchAll(work(4)), work(6))).toEqual({ 0: 4, 8: 6 });
  });
});
