import { describe, expect, it } from "vitest";
import {
  ABI_LEVELS,
  type AbiLevel,
  GUEST_EXPORTS,
  type HostModule,
  isAvailableAt,
  lowerParameters,
  PLATFORM_SANDBOX,
  resolveAbiLevel,
} from "../src/index.ts";

describe("the functions of platform_sandbox", () => {
  it("are those of the original at head", () => {
    expect(functionsAt("head", PLATFORM_SANDBOX)).toEqual([
      "platform_sandbox::sandbox_exec(i32, i32, i32, i32) -> i32, suspending",
      "platform_sandbox::get_timestamp() -> i64, sync",
      "platform_sandbox::log_message(i32, i32, i32), sync",
      "platform_sandbox::sandbox_status() -> i32, sync",
    ]);
  });

  it("are those of the original at pr33, where sandbox_status did not exist", () => {
    expect(functionsAt("pr33", PLATFORM_SANDBOX)).toEqual([
      "platform_sandbox::sandbox_exec(i32, i32, i32, i32) -> i32, suspending",
      "platform_sandbox::get_timestamp() -> i64, sync",
      "platform_sandbox::log_message(i32, i32, i32), sync",
    ]);
  });
});

describe("the exports of a guest", () => {
  it("are those of the original at head", () => {
    expect(exportsAt("head")).toEqual([
      "alloc(i32) -> i32",
      "allocate(i32, i32) -> i32",
      "evaluate(i32, i32) -> i64",
      "validate(i32, i32) -> i32",
      "get_name() -> i32",
      "get_version() -> i32",
      "generate_task(i32, i32) -> i64",
      "setup_environment(i32, i32) -> i32",
      "get_tasks() -> i64",
      "configure(i32, i32) -> i32",
      "get_routes() -> i64",
      "handle_route(i32, i32) -> i64",
      "get_weights() -> i64",
      "validate_storage_write(i32, i32, i32, i32) -> i32",
    ]);
  });

  it("are those of the original at pr33", () => {
    expect(exportsAt("pr33")).toEqual([
      "alloc(i32) -> i32",
      "evaluate(i32, i32) -> i64",
      "validate(i32, i32) -> i32",
      "get_name() -> i32",
      "get_version() -> i32",
      "generate_task(i32, i32) -> i64",
      "setup_environment(i32, i32) -> i32",
    ]);
  });
});

describe("lowerParameters", () => {
  it("makes two i32 of bytes and of a buffer, and keeps numbers", () => {
    expect(lowerParameters(["bytes", "i64", "buffer", "f32", "f64", "i32"])).toEqual([
      "i32",
      "i32",
      "i64",
      "i32",
      "i32",
      "f32",
      "f64",
      "i32",
    ]);
  });
});

describe("isAvailableAt", () => {
  it("means every level where none is named", () => {
    expect(ABI_LEVELS.map((level) => isAvailableAt({ result: null }, level))).toEqual([true, true]);
  });

  it("means no level where the list is empty", () => {
    expect(ABI_LEVELS.map((level) => isAvailableAt({ result: null, levels: [] }, level))).toEqual([
      false,
      false,
    ]);
  });
});

describe("resolveAbiLevel", () => {
  it.each([
    {
      name: "an export allocate means head",
      selection: "auto",
      exports: ["alloc", "allocate"],
      level: "head",
    },
    { name: "alloc alone means pr33", selection: "auto", exports: ["memory", "alloc"], level: "pr33" },
    { name: "no exports mean pr33", selection: "auto", exports: [], level: "pr33" },
    {
      name: "a selected pr33 stays, whatever is exported",
      selection: "pr33",
      exports: ["allocate"],
      level: "pr33",
    },
    {
      name: "a selected head stays, whatever is exported",
      selection: "head",
      exports: ["alloc"],
      level: "head",
    },
  ] as const)("$name", ({ selection, exports, level }) => {
    expect(resolveAbiLevel(selection, exports)).toBe(level);
  });
});

function functionsAt(level: AbiLevel, { module, functions }: HostModule): readonly string[] {
  return Object.entries(functions)
    .filter(([, signature]) => isAvailableAt(signature, level))
    .map(
      ([name, { params, result, kind }]) =>
        `${module}::${name}${typeText(lowerParameters(params), result)}, ${kind}`,
    );
}

function exportsAt(level: AbiLevel): readonly string[] {
  return Object.entries(GUEST_EXPORTS)
    .filter(([, signature]) => isAvailableAt(signature, level))
    .map(([name, { params, result }]) => `${name}${typeText(params, result)}`);
}

function typeText(params: readonly string[], result: string | null): string {
  return `(${params.join(", ")})${result === null ? "" : ` -> ${result}`}`;
}
