import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { parseStrictJson, placeOf } from "../src/json.ts";

describe("refuses, with the place and the line,", () => {
  it.each([
    {
      name: "a key that stands twice",
      text: '{\n"a": 1,\n"a": 2\n}',
      place: "a",
      line: 3,
      says: "stands here twice",
    },
    {
      name: "a key that stands twice under two spellings",
      text: '{"a": 1, "\\u0061": 2}',
      place: "a",
      line: 1,
      says: "stands here twice",
    },
    {
      name: "a key that stands twice deep inside",
      text: '{"x": [{}, {"b": {"c": 1,\n"c": 1}}]}',
      place: "x[1].b.c",
      line: 2,
      says: "stands here twice",
    },
    { name: "__proto__", text: '{"a": {"__proto__": {}}}', place: "a.__proto__", line: 1, says: "refused" },
    {
      name: "__proto__ in escapes",
      text: '{"\\u005f_proto__": 1}',
      place: "__proto__",
      line: 1,
      says: "refused",
    },
    {
      name: "a number that is too large",
      text: '{"a": [0, 1e400]}',
      place: "a[1]",
      line: 1,
      says: "1e400 is too large",
    },
    {
      name: "nesting without end",
      text: "[".repeat(100_000),
      place: `${"[0]".repeat(33)}`,
      line: 1,
      says: "nested deeper than 32",
    },
    { name: "a comment", text: "{\n// no\n}", place: "", line: 2, says: "expected a key in quotes" },
    { name: "a comma at the end", text: '{"a": 1,\n}', place: "", line: 2, says: "expected a key in quotes" },
    { name: "single quotes", text: "{'a': 1}", place: "", line: 1, says: "expected a key in quotes" },
    { name: "a second value", text: "{} {}", place: "", line: 1, says: "expected the end" },
    { name: "NaN", text: '{"a": NaN}', place: "a", line: 1, says: "expected a JSON value" },
    {
      name: "a newline in a text",
      text: '{"a": "b\nc"}',
      place: "a",
      line: 1,
      says: "expected a JSON value",
    },
    { name: "a leading zero", text: '{"a": 01}', place: "", line: 1, says: 'expected "," or "}"' },
    { name: "half a text", text: '["a", "b', place: "[1]", line: 1, says: "expected a JSON value" },
  ])("$name", ({ text, place, line, says }) => {
    const result = parseStrictJson(text);
    expect(result).toMatchObject({ outcome: "invalid", place, line });
    expect(result.outcome === "invalid" && result.message).toContain(says);
  });
});

test("knows the line of every value", () => {
  const result = parseStrictJson('{\n "a": [\n  1,\n  {"b-c": 2}\n ]\n}');
  if (result.outcome === "invalid") throw new Error(result.message);
  expect(["", "a", "a[0]", "a[1]", 'a[1]["b-c"]', "a[2]"].map(result.lineOf)).toEqual([1, 2, 3, 4, 4, null]);
});

test("writes a path as people do", () => {
  expect(placeOf(["allowedCommands", 2, "env", "A b"])).toBe('allowedCommands[2].env["A b"]');
});

test("reads every JSON text as JSON.parse does", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), fc.constantFrom(0, 1, 2), (text, indent) => {
      const value: unknown = JSON.parse(text);
      fc.pre(!text.includes("__proto__"));
      const spaced = JSON.stringify(value, null, indent);
      expect(parseStrictJson(spaced)).toMatchObject({ outcome: "ok", value });
    }),
  );
});

test("reads no text that JSON.parse refuses", () => {
  const token = fc.constantFrom(
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"',
    '"a"',
    "1",
    "-",
    ".",
    "e",
    "\\",
    " ",
    "\n",
    "true",
    "nul",
  );
  fc.assert(
    fc.property(fc.array(token, { maxLength: 12 }), (tokens) => {
      const text = tokens.join("");
      if (parseStrictJson(text).outcome === "ok") expect(() => JSON.parse(text)).not.toThrow();
    }),
    { numRuns: 1000 },
  );
});
