import { describe, expect, it } from "vitest";
import { type AnySchema, type BincodeFailure, bincode, decode, encode } from "../../src/index.ts";
import { bincodeFailureOf } from "../support/failure.ts";

const { bool, bytes, enumeration, i64, map, option, result, string, struct, tuple, u8, u64, vec } = bincode;

describe("decode", () => {
  it("shares no memory with its input", () => {
    const input = encode(bytes, Uint8Array.of(1, 2, 3));
    const decoded = decode(bytes, input);
    input.fill(9);
    expect(decoded).toEqual(Uint8Array.of(1, 2, 3));
  });

  it("gives plain bytes and copies, also for a Node Buffer that is part of a larger one", () => {
    const pool = Buffer.concat([Buffer.from("before"), encode(bytes, Uint8Array.of(1, 2, 3))]);
    const decoded = decode(bytes, pool.subarray("before".length));
    pool.fill(9);
    expect(decoded.constructor).toBe(Uint8Array);
    expect(decoded).toEqual(Uint8Array.of(1, 2, 3));
  });

  it("lets the last of several pairs with one key count, where the first one stood", () => {
    const pairs = [
      ["a", 1],
      ["b", 2],
      ["a", 3],
    ] as const;
    const schema = map(string, u8);
    expect(decode(schema, encode(schema, pairs))).toEqual([
      ["a", 3],
      ["b", 2],
    ]);
  });

  it("keeps 64-bit integers exact", () => {
    const value = [2n ** 64n - 1n, -(2n ** 63n)] as const;
    expect(decode(tuple(u64, i64), encode(tuple(u64, i64), value))).toEqual(value);
  });

  it("keeps the sign of zero and the bits of a quiet NaN", () => {
    const nan = Buffer.from("010000000000f87f", "hex");
    expect(decode(bincode.f64, encode(bincode.f64, -0))).toBe(-0);
    expect(Buffer.from(encode(bincode.f64, decode(bincode.f64, nan)))).toEqual(nan);
  });

  it.each<{ name: string; schema: AnySchema; hex: string; failure: BincodeFailure }>([
    {
      name: "a bool",
      schema: struct({ a: u8, b: bool }),
      hex: "0702",
      failure: { code: "INVALID_BOOL", offset: 1, found: 2 },
    },
    {
      name: "an option",
      schema: tuple(u8, option(u8)),
      hex: "0703",
      failure: { code: "INVALID_OPTION_TAG", offset: 1, found: 3 },
    },
    {
      name: "a variant",
      schema: tuple(u8, enumeration({ A: u8 })),
      hex: "0702000000",
      failure: { code: "INVALID_VARIANT", offset: 1, found: 2, variantCount: 1 },
    },
    {
      name: "a result",
      schema: tuple(u8, result(u8, u8)),
      hex: "07ffffffff",
      failure: { code: "INVALID_RESULT", offset: 1, found: 4_294_967_295 },
    },
    {
      name: "a text",
      schema: tuple(u8, string),
      hex: "07020000000000000061ff",
      failure: { code: "INVALID_UTF8", offset: 9, validUpTo: 1, errorLength: 1 },
    },
    {
      name: "the end of an item",
      schema: vec(u64),
      hex: "0200000000000000" + "0100000000000000" + "01",
      failure: { code: "UNEXPECTED_END", offset: 16, reading: "value" },
    },
  ])("says at which byte $name is wrong", ({ schema, hex, failure }) => {
    expect(bincodeFailureOf(() => decode(schema, Buffer.from(hex, "hex")))).toEqual(failure);
  });
});
