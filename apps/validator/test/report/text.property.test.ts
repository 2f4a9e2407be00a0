import { stripVTControlCharacters, styleText } from "node:util";
import fc from "fast-check";
import { expect, it } from "vitest";
import { plain } from "../../src/report/paint.ts";
import { renderText } from "../../src/report/text.ts";
import { textWidth } from "../../src/report/text-width.ts";
import { anyReport } from "../support/arbitrary-report.ts";

const FORBIDDEN = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

it("holds no control or formatting character but newlines, whatever the guest says", () => {
  fc.assert(
    fc.property(anyReport, fc.integer({ min: 20, max: 200 }), (report, width) => {
      expect(renderText(report, { width, paint: plain })).not.toMatch(FORBIDDEN);
    }),
  );
});

it("is the same text in colour", () => {
  fc.assert(
    fc.property(anyReport, (report) => {
      const coloured = renderText(report, {
        width: 80,
        paint: (format, text) => styleText([...format], text, { validateStream: false }),
      });
      expect(stripVTControlCharacters(coloured)).toBe(renderText(report, { width: 80, paint: plain }));
    }),
  );
});

it("keeps its table within the width of the terminal", () => {
  fc.assert(
    fc.property(anyReport, fc.integer({ min: 110, max: 200 }), (report, width) => {
      const sections = renderText(report, { width, paint: plain }).split("\n\n");
      const table = sections.find((section) => section.startsWith("program"))?.split("\n") ?? [];
      for (const line of table) expect(textWidth(line)).toBeLessThanOrEqual(width);
    }),
  );
});

it("begins with the verdict", () => {
  fc.assert(
    fc.property(anyReport, (report) => {
      const verdict = /^(VALID|NOT VALID|FAILED|CANCELLED)\b/.exec(
        renderText(report, { width: 80, paint: plain }),
      )?.[1];
      const expected = { valid: "VALID", "not-valid": "NOT VALID", cancelled: "CANCELLED" } as const;
      expect(verdict).toBe(
        report.outcome in expected ? expected[report.outcome as keyof typeof expected] : "FAILED",
      );
    }),
  );
});
