import { describe, expect, it } from "vitest";
import { type AnySchema, bincode, encode, sandboxExecRequest, sandboxExecResult } from "../../src/index.ts";
import { hostFailureOf } from "../support/failure.ts";

const {
  bool,
  bytes,
  f64,
  fixedBytes,
  i8,
  i16,
  i32,
  i64,
  map,
  option,
  string,
  struct,
  tuple,
  u8,
  u16,
  u32,
  u64,
  unit,
  vec,
} = bincode;

describe("encode refuses what the schema has no bytes for", () => {
  it.each<{ name: string; schema: AnySchema; value: unknown; path: string; expected: string }>([
    { name: "a u8 of 256", schema: u8, value: 256, path: "", expected: "u8" },
    { name: "a u8 of -1", schema: u8, value: -1, path: "", expected: "u8" },
    { name: "a u16 of 65536", schema: u16, value: 65_536, path: "", expected: "u16" },
    { name: "a u32 of 2^32", schema: u32, value: 2 ** 32, path: "", expected: "u32" },
    { name: "a u64 of 2^64", schema: u64, value: 2n ** 64n, path: "", expected: "u64" },
    { name: "a negative u64", schema: u64, value: -1n, path: "", expected: "u64" },
    { name: "a u64 that is no bigint", schema: u64, value: 1, path: "", expected: "u64" },
    { name: "an i8 of 128", schema: i8, value: 128, path: "", expected: "i8" },
    { name: "an i16 of -32769", schema: i16, value: -32_769, path: "", expected: "i16" },
    { name: "an i32 of 2^31", schema: i32, value: 2 ** 31, path: "", expected: "i32" },
    { name: "an i64 of 2^63", schema: i64, value: 2n ** 63n, path: "", expected: "i64" },
    { name: "an i32 that is a bigint", schema: i32, value: 1n, path: "", expected: "i32" },
    { name: "a fraction", schema: i32, value: 0.5, path: "", expected: "i32" },
    { name: "an integer that is NaN", schema: i32, value: Number.NaN, path: "", expected: "i32" },
    { name: "a float that is text", schema: f64, value: "1", path: "", expected: "a number" },
    { name: "a bool that is 1", schema: bool, value: 1, path: "", expected: "a boolean" },
    { name: "a lone surrogate", schema: string, value: "a\ud800", path: "", expected: "well-formed text" },
    {
      name: "text that is missing",
      schema: string,
      value: undefined,
      path: "",
      expected: "well-formed text",
    },
    { name: "bytes that are an array", schema: bytes, value: [1], path: "", expected: "a Uint8Array" },
    {
      name: "fixed bytes that are too short",
      schema: fixedBytes(32),
      value: new Uint8Array(31),
      path: "",
      expected: "a Uint8Array of 32 bytes",
    },
    { name: "an option that is missing", schema: option(u8), value: undefined, path: "", expected: "u8" },
    { name: "a unit that is not null", schema: unit, value: 0, path: "", expected: "null" },
    {
      name: "a tuple that is too short",
      schema: tuple(u8, u8),
      value: [1],
      path: "",
      expected: "an array of 2",
    },
    { name: "a list that is a set", schema: vec(u8), value: new Set([1]), path: "", expected: "an array" },
    {
      name: "a struct that is null",
      schema: struct({ a: u8 }),
      value: null,
      path: "",
      expected: "an object",
    },
    { name: "a field that is missing", schema: struct({ a: u8 }), value: {}, path: "a", expected: "u8" },
    {
      name: "a pair of a map",
      schema: map(string, u8),
      value: [
        ["a", 1],
        ["b", 256],
      ],
      path: "[1][1]",
      expected: "u8",
    },
    {
      name: "a variable of a request",
      schema: sandboxExecRequest.head,
      value: {
        command: "sh",
        args: [],
        envVars: [
          ["A", "1"],
          ["\udfff", ""],
        ],
      },
      path: "envVars[1][0]",
      expected: "well-formed text",
    },
    {
      name: "an exit code of a result",
      schema: sandboxExecResult.head,
      value: { variant: "Ok", value: { exitCode: 2 ** 31 } },
      path: "value.exitCode",
      expected: "i32",
    },
    {
      name: "a variant of the other level",
      schema: sandboxExecResult.head,
      value: { variant: "Err", value: { variant: "Timeout", value: 1n } },
      path: "value",
      expected: "a variant of Disabled, CommandNotAllowed, ExecutionTimeout, ExecutionFailed, MemoryError",
    },
  ])("$name", ({ schema, value, path, expected }) => {
    expect(hostFailureOf(() => encode(schema, value))).toEqual({
      code: "VALUE_NOT_ENCODABLE",
      path,
      expected,
    });
  });

  it("with a message that says where", () => {
    expect(() => encode(vec(u8), [1, 256])).toThrow("[1] is not u8");
    expect(() => encode(u8, 256)).toThrow("the value is not u8");
  });
});

describe("encode", () => {
  it("rounds to the nearest f32", () => {
    expect(encode(bincode.f32, 0.1)).toEqual(Uint8Array.of(0xcd, 0xcc, 0xcc, 0x3d));
  });

  it("keeps the order of a map's pairs, and its duplicates", () => {
    const pairs = [
      ["b", 1],
      ["a", 2],
      ["b", 3],
    ] as const;
    expect(encode(map(string, u8), pairs)).toEqual(encode(vec(tuple(string, u8)), pairs));
  });

  it("gives bytes in a buffer of their own size", () => {
    expect(encode(u16, 1).buffer.byteLength).toBe(2);
  });

  it.each([0, 240, 248, 249, 250, 251, 252, 253, 254, 255, 256, 257, 1000])(
    "writes a number after %i bytes, wherever its own bytes have to grow",
    (length) => {
      const encoded = encode(tuple(bytes, u64, u8, string), [new Uint8Array(length), 1n, 2, "ü"]);
      expect(
        Buffer.from(encoded)
          .toString("hex")
          .slice((8 + length) * 2),
      ).toBe("0100000000000000" + "02" + "0200000000000000c3bc");
    },
  );
});
