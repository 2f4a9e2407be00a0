import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatBytes, formatDuration } from "../../src/report/format.ts";
import { tableLines } from "../../src/report/table.ts";
import { fitText, textWidth } from "../../src/report/text-width.ts";

describe("a table", () => {
  const columns = [
    { title: "name", align: "left" },
    { title: "what", align: "left", flexible: true },
    { title: "bytes", align: "right" },
  ] as const;

  it("aligns its columns, wide characters included", () => {
    expect(
      tableLines(
        columns,
        [
          ["a", "漢字", "1"],
          ["bcdef", "x", "12345678"],
        ],
        80,
      ),
    ).toEqual(["name   what     bytes", "a      漢字         1", "bcdef  x     12345678"]);
  });

  it("cuts the flexible column only", () => {
    const [, row] = tableLines(columns, [["name", "a".repeat(100), "1"]], 30);
    expect(row).toBe(`name  ${"a".repeat(16)}…      1`);
  });
});

describe("cut text", () => {
  it("is never wider than asked for, and unchanged when it fits", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 40 }), (text, columns) => {
        const fitted = fitText(text, columns);
        expect(textWidth(fitted)).toBeLessThanOrEqual(columns);
        if (textWidth(text) <= columns) expect(fitted).toBe(text);
      }),
    );
  });

  it.each([
    { text: "abc", width: 3 },
    { text: "漢字", width: 4 },
    { text: "e\u0301", width: 1 },
    { text: "🎉", width: 2 },
  ])("counts $text as $width columns", ({ text, width }) => {
    expect(textWidth(text)).toBe(width);
  });
});

it.each([
  { bytes: 0, text: "0 B" },
  { bytes: 1023, text: "1023 B" },
  { bytes: 1024, text: "1.0 KiB" },
  { bytes: 1536 * 1024, text: "1.5 MiB" },
  { bytes: 2 ** 40, text: "1024.0 GiB" },
])("$bytes bytes are $text", ({ bytes, text }) => {
  expect(formatBytes(bytes)).toBe(text);
});

it.each([
  { durationMs: 0.4, text: "0 ms" },
  { durationMs: 9999.4, text: "9999 ms" },
  { durationMs: 12_345, text: "12.3 s" },
])("$durationMs ms are $text", ({ durationMs, text }) => {
  expect(formatDuration(durationMs)).toBe(text);
});
