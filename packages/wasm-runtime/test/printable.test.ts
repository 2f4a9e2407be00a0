import { expect, it } from "vitest";
import { printable } from "../src/printable.ts";

it.each([
  { name: "leaves ordinary text", text: "evaluate::größe 評価 🙂", shown: "evaluate::größe 評価 🙂" },
  { name: "writes out escapes and line ends", text: "\u001b[2J\r\nok", shown: "\\u{1b}[2J\\u{d}\\u{a}ok" },
  { name: "writes out what turns text around", text: "a\u202eb\u2028", shown: "a\\u{202e}b\\u{2028}" },
  { name: "writes out lone surrogates", text: "\ud800", shown: "\\u{d800}" },
])("$name", ({ text, shown }) => {
  expect(printable(text)).toBe(shown);
});

it("cuts what is longer than 200 characters", () => {
  expect(printable("x".repeat(10_000))).toBe(`${"x".repeat(199)}…`);
});
