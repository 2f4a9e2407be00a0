import { describe, expect, it } from "vitest";
import { bincode } from "../../src/index.ts";
import { hostFailureOf } from "../support/failure.ts";

const { enumeration, f64, fixedBytes, map, option, string, struct, tuple, u8, unit, vec } = bincode;

describe("a schema cannot have", () => {
  it.each([
    { problem: "a list of values that take no bytes", build: () => vec(unit) },
    { problem: "a list of values that take no bytes", build: () => vec(struct({})) },
    { problem: "a list of values that take no bytes", build: () => vec(tuple(unit, fixedBytes(0))) },
    { problem: "an option of a value that can itself be null", build: () => option(option(u8)) },
    { problem: "an option of a value that can itself be null", build: () => option(unit) },
    { problem: "a map key that is not a string, an integer or a bool", build: () => map(f64, u8) },
    { problem: "a length that is not a non-negative integer", build: () => fixedBytes(-1) },
    { problem: "a length that is not a non-negative integer", build: () => fixedBytes(Number.NaN) },
    { problem: "an enumeration without variants", build: () => enumeration({}) },
    // JavaScript would move this field to the front.
    { problem: "a field name that is not an identifier", build: () => struct({ b: u8, 1: u8 }) },
    { problem: "a field name that is not an identifier", build: () => struct({ ["__proto__"]: u8 }) },
  ])("$problem", ({ problem, build }) => {
    expect(hostFailureOf(build)).toEqual({ code: "INVALID_SCHEMA", problem });
  });
});

describe("a schema", () => {
  it("knows the fewest bytes of its values", () => {
    const schema = struct({
      a: u8,
      b: string,
      c: option(string),
      d: fixedBytes(32),
      e: enumeration({ A: unit, B: string }),
    });
    expect(schema.minimumBytes).toBe(1 + 8 + 1 + 32 + 4);
  });

  it("cannot be changed", () => {
    const schema = struct({ a: tuple(u8, u8) });
    expect(isDeeplyFrozen(schema)).toBe(true);
    expect(isDeeplyFrozen(bincode)).toBe(true);
  });
});

function isDeeplyFrozen(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen);
}
