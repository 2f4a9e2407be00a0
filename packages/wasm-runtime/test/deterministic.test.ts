import { describe, expect, it } from "vitest";
import { buildGuest, INPUT, returnScore } from "./support/guests.ts";
import { sharedRuntime } from "./support/shared-runtime.ts";
import { op } from "./support/wasm-builder.ts";

const runtime = sharedRuntime();

/** `0x7ff8_dead_beef_0001 + 1.0`, and its bits as the score. */
const OPERAND = 0x7ff8_dead_beef_0001n;
const F64_REINTERPRET = 0xbf;
const I64_REINTERPRET = 0xbd;
const F64_ONE = [0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f];
const F64_ADD = 0xa0;
const addToNan = buildGuest({
  evaluate: returnScore(op.i64(OPERAND), F64_REINTERPRET, F64_ONE, F64_ADD, I64_REINTERPRET),
});

async function bitsOf(deterministic: boolean): Promise<bigint | null> {
  const { outcome } = await runtime.evaluate(addToNan, INPUT, { deterministic });
  return outcome.kind === "returned" ? outcome.value.score : null;
}

describe("a NaN that a guest computes", () => {
  it("has the same bits on every machine where determinism is asked for", async () => {
    expect(await bitsOf(true)).toBe(0x7ff8_0000_0000_0000n);
  });

  it("shows what it was made of where it is not, so the two builds of one module are kept apart", async () => {
    expect(await bitsOf(false)).toBe(OPERAND);
    expect(await bitsOf(true)).not.toBe(OPERAND);
  });
});
