import { describe, expect, it } from "vitest";
import { logLevelName } from "../src/index.ts";

describe("logLevelName", () => {
  it.each([
    { level: "head", codes: [0, 1, 2], names: ["info", "warn", "error"] },
    { level: "pr33", codes: [0, 1, 2, 3, 4], names: ["trace", "debug", "info", "warn", "error"] },
  ] as const)("knows the numbers of $level", ({ level, codes, names }) => {
    expect(codes.map((code) => logLevelName(level, code))).toEqual(names);
  });

  it.each([3, 255, -1, -(2 ** 31), 2 ** 31 - 1])("takes %i for error at head", (code) => {
    expect(logLevelName("head", code)).toBe("error");
  });

  it.each([5, 255, -1, -(2 ** 31), 2 ** 31 - 1])("takes %i for info at pr33", (code) => {
    expect(logLevelName("pr33", code)).toBe("info");
  });
});
