import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { failedReport } from "../../src/evaluation/build-report.ts";
import { CANCELLED } from "../../src/evaluation/report-error.ts";
import { renderJson } from "../../src/report/json.ts";
import { evaluationReport } from "../../src/report/schema.ts";
import { anyReport } from "../support/arbitrary-report.ts";

it("gives the report back, and fits the schema", () => {
  fc.assert(
    fc.property(anyReport, (report) => {
      const parsed: unknown = JSON.parse(renderJson(report));
      expect(parsed).toEqual(report);
      expect(evaluationReport.safeParse(parsed).success).toBe(true);
    }),
  );
});

it("is one line that a terminal cannot obey", () => {
  fc.assert(
    fc.property(anyReport, (report) => {
      expect(renderJson(report).slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(renderJson(report).at(-1)).toBe("\n");
    }),
  );
});

it("escapes a mebibyte of characters that a terminal could obey as one run, and gives it back", () => {
  const message = "\u007f".repeat(1024 * 1024);
  const report = { ...failedReport("evaluate", CANCELLED), message };
  const replace = vi.spyOn(String.prototype, "replace");
  const json = renderJson(report);
  const patterns = replace.mock.calls
    .map(([pattern]) => pattern)
    .filter((pattern) => pattern instanceof RegExp);
  replace.mockRestore();
  expect(patterns.map((pattern) => JSON.stringify(report).match(pattern)?.length)).toEqual([1]);
  expect(JSON.parse(json)).toEqual(report);
});

describe("the schema refuses what contradicts itself", () => {
  const failed = failedReport("evaluate", CANCELLED);
  it.each([
    { name: "no verdict and no error", change: { error: null } },
    { name: "a verdict and an error", change: { valid: true, outcome: "valid" } },
    { name: "an outcome that is not the error's", change: { outcome: "guest-failed" } },
    { name: "the outcome of doctor", change: { outcome: "ready" } },
    { name: "a field that is not there", change: { extra: 1 } },
    { name: "a score that is no integer", change: { score: "1.5" } },
  ])("$name", ({ change }) => {
    expect(evaluationReport.safeParse(failed).success).toBe(true);
    expect(evaluationReport.safeParse({ ...failed, ...change }).success).toBe(false);
  });
});
