import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { canonicalJson, canonicalSha256 } from "../src/canonical-json.ts";

test("sorts keys by code unit at every depth and keeps the order of lists", () => {
  const value = { b: [2, 1], a: { "\u{1f600}": 1, "\ufb33": 2, B: null, A: true } };
  expect(canonicalJson(value)).toBe('{"a":{"A":true,"B":null,"\u{1f600}":1,"\ufb33":2},"b":[2,1]}');
});

// RFC 8785, 3.2.2 and 3.2.3.
test("writes numbers and texts as RFC 8785 does", () => {
  const numbers = [333333333.3333333, 1e30, 4.5, 2e-3, 0.000000000000000000000000001];
  expect(canonicalJson({ numbers, string: "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/" })).toBe(
    '{"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
});

describe("refuses what JSON would drop or change", () => {
  it.each([
    { name: "undefined", value: { a: undefined } },
    { name: "a bigint", value: [1n] },
    { name: "a function", value: { a() {} } },
    { name: "a symbol", value: Symbol("a") },
    { name: "NaN", value: Number.NaN },
    { name: "Infinity", value: { a: Number.POSITIVE_INFINITY } },
    { name: "a lone surrogate in a text", value: "\ud800" },
    { name: "a lone surrogate in a key", value: { "\udfff": 1 } },
  ])("$name", ({ value }) => expect(() => canonicalJson(value)).toThrow(TypeError));
});

const json = fc.jsonValue();

test("says the same as the value it came from", () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test("gives one hash to a value and to the same value built in another order", () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(canonicalSha256(reversed(value))).toBe(canonicalSha256(value));
    }),
  );
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  );
}
