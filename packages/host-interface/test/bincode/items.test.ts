import { describe, expect, it } from "vitest";
import {
  type AnySchema,
  bincode,
  DEFAULT_MAX_ITEMS,
  decode,
  decodeSandboxExecRequest,
  encode,
} from "../../src/index.ts";
import { bincodeFailureOf } from "../support/failure.ts";

const { map, string, struct, tuple, u8, vec } = bincode;
const bytesOf = (count: number) => encode(vec(u8), new Array<number>(count).fill(0));

describe("maxItems", () => {
  it("lets a list of exactly that many items through, and not one of one more", () => {
    expect(decode(vec(u8), bytesOf(3), { maxItems: 3 })).toEqual([0, 0, 0]);
    expect(bincodeFailureOf(() => decode(vec(u8), bytesOf(4), { maxItems: 3 }))).toEqual({
      code: "ITEM_LIMIT",
      offset: 8,
      maxItems: 3,
    });
  });

  it("is 100 000 when absent", () => {
    expect(DEFAULT_MAX_ITEMS).toBe(100_000);
    expect(decode(vec(u8), bytesOf(DEFAULT_MAX_ITEMS))).toHaveLength(DEFAULT_MAX_ITEMS);
    expect(bincodeFailureOf(() => decode(vec(u8), bytesOf(DEFAULT_MAX_ITEMS + 1)))).toMatchObject({
      code: "ITEM_LIMIT",
    });
  });

  it("refuses every item when it is not a number", () => {
    expect(bincodeFailureOf(() => decode(vec(u8), bytesOf(1), { maxItems: Number.NaN }))).toMatchObject({
      code: "ITEM_LIMIT",
    });
  });

  it.each<{ name: string; schema: AnySchema; value: unknown }>([
    { name: "lists beside each other", schema: tuple(vec(u8), vec(u8)), value: [[1, 2], [3]] },
    { name: "lists inside a list", schema: vec(vec(u8)), value: [[1, 2]] },
    {
      name: "a list and a map",
      schema: struct({ a: vec(u8), b: map(u8, u8) }),
      value: { a: [1, 2], b: [[1, 2]] },
    },
    {
      name: "pairs of a map with one key",
      schema: map(string, u8),
      value: [
        ["", 1],
        ["", 2],
        ["", 3],
      ],
    },
  ])("counts for the whole message: $name", ({ schema, value }) => {
    const bytes = encode(schema, value);
    expect(bincodeFailureOf(() => decode(schema, bytes, { maxItems: 3 }))).toBe("no failure");
    expect(bincodeFailureOf(() => decode(schema, bytes, { maxItems: 2 }))).toMatchObject({
      code: "ITEM_LIMIT",
    });
  });

  it("refuses before the first item is read", () => {
    const bytes = encode(vec(string), ["", "", ""]);
    bytes.fill(0xff, 8);
    expect(bincodeFailureOf(() => decode(vec(string), bytes, { maxItems: 2 }))).toMatchObject({
      code: "ITEM_LIMIT",
      offset: 8,
    });
    expect(bincodeFailureOf(() => decode(vec(string), bytes, { maxItems: 3 }))).toMatchObject({
      code: "UNEXPECTED_END",
    });
  });

  it("bounds the search for bincode's error in a list that promises more than can follow", () => {
    const bytes = bytesOf(10);
    new DataView(bytes.buffer).setBigUint64(0, 2n ** 40n, true);
    expect(bincodeFailureOf(() => decode(vec(u8), bytes))).toMatchObject({ code: "UNEXPECTED_END" });
    expect(bincodeFailureOf(() => decode(vec(u8), bytes, { maxItems: 5 }))).toEqual({
      code: "ITEM_LIMIT",
      offset: 13,
      maxItems: 5,
    });
  });
});

/** Where the list begins in a request without a command: after the command's length, and for `env` after no arguments. */
const LISTS = [
  { name: "arguments", level: "head", countAt: 8 },
  { name: "variables", level: "head", countAt: 16 },
  { name: "arguments", level: "pr33", countAt: 8 },
  { name: "variables", level: "pr33", countAt: 16 },
] as const;

it.each(LISTS)("a request of zeros with millions of $name is refused at $level", ({ level, countAt }) => {
  const bytes = new Uint8Array(8 * 1024 * 1024);
  new DataView(bytes.buffer).setBigUint64(countAt, BigInt(bytes.length / 16 - 16), true);
  expect(bincodeFailureOf(() => decodeSandboxExecRequest(level, bytes))).toMatchObject({
    code: "ITEM_LIMIT",
    offset: countAt + 8,
  });
});
