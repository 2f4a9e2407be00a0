import { stripVTControlCharacters, styleText } from "node:util";
import fc from "fast-check";
import { expect, it } from "vitest";
import { inspectionReport } from "../../src/report/inspection-schema.ts";
import { renderInspectionText } from "../../src/report/inspection-text.ts";
import { renderJson } from "../../src/report/json.ts";
import { plain } from "../../src/report/paint.ts";
import { anyInspection } from "../support/arbitrary-inspection.ts";

const FORBIDDEN = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const BEGINNINGS = /^(RUNNABLE {2}|REFUSED {2}| {2}- [A-Z_]+: | {2}… and )/;

it("holds no control or formatting character but newlines, whatever the module's names are", () => {
  fc.assert(
    fc.property(anyInspection, fc.integer({ min: 20, max: 200 }), (report, width) => {
      expect(renderInspectionText(report, { width, paint: plain })).not.toMatch(FORBIDDEN);
    }),
  );
});

it("says whether it would be run, and every reason why not, before any name of the module", () => {
  fc.assert(
    fc.property(anyInspection, (report) => {
      const [verdict = ""] = renderInspectionText(report, { width: 100, paint: plain }).split("\n\n");
      for (const line of verdict.split("\n")) expect(line).toMatch(BEGINNINGS);
      expect(verdict.startsWith("RUNNABLE  ")).toBe(report.outcome === "runnable");
    }),
  );
});

it("is the same text in colour", () => {
  fc.assert(
    fc.property(anyInspection, (report) => {
      const coloured = renderInspectionText(report, {
        width: 80,
        paint: (format, text) => styleText([...format], text, { validateStream: false }),
      });
      expect(stripVTControlCharacters(coloured)).toBe(
        renderInspectionText(report, { width: 80, paint: plain }),
      );
    }),
  );
});

it("gives the report back as JSON, on one line that a terminal cannot obey", () => {
  fc.assert(
    fc.property(anyInspection, (report) => {
      const json = renderJson(report);
      expect(json.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(inspectionReport.parse(JSON.parse(json))).toEqual(report);
    }),
  );
});
