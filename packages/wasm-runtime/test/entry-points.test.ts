import { describe, expect, it } from "vitest";
import { findEntryPoints } from "../src/entry-points.ts";
import { inspectModule } from "../src/inspect.ts";
import { ALLOC, ENTRY, VALIDATE } from "./support/guests.ts";
import { buildModule, type FunctionSpec, type ModuleSpec, op, type ValType } from "./support/wasm-builder.ts";

const body = op.unreachable;
const evaluate = { ...ENTRY, body };
const validate = { ...VALIDATE, body };
const alloc = { ...ALLOC, body };
const allocate: FunctionSpec = { params: ["i32", "i32"], results: ["i32"], body };

const find = (spec: ModuleSpec, entry: "evaluate" | "validate" = "evaluate") =>
  findEntryPoints(inspectModule(buildModule(spec)), entry);

describe("the allocator", () => {
  it.each<{ name: string; functions: Record<string, FunctionSpec>; allocator: string }>([
    { name: "alloc alone", functions: { evaluate, alloc }, allocator: "alloc" },
    { name: "allocate alone", functions: { evaluate, allocate }, allocator: "allocate" },
    { name: "alloc of both", functions: { evaluate, allocate, alloc }, allocator: "alloc" },
    {
      name: "allocate where alloc has another type",
      functions: { evaluate, allocate, alloc: { ...alloc, results: ["i64"] } },
      allocator: "allocate",
    },
  ])("is $name", ({ functions, allocator }) => {
    expect(find({ functions })).toEqual({ ok: true, allocator });
  });
});

describe("a missing export", () => {
  const wrong: ValType[] = ["i32"];

  it.each<{ name: string; spec: ModuleSpec; expected: string; found: string | null }>([
    { name: "memory", spec: { memoryExport: false }, expected: "memory", found: null },
    { name: "memory", spec: { memoryExport: "mem" }, expected: "memory", found: null },
    {
      name: "memory",
      spec: { memoryExport: false, functions: { memory: { body } } },
      expected: "memory",
      found: "() -> ()",
    },
    {
      name: "evaluate",
      spec: { functions: { alloc } },
      expected: "(i32, i32) -> i64",
      found: null,
    },
    {
      name: "evaluate",
      spec: { functions: { alloc, evaluate: { ...evaluate, results: wrong } } },
      expected: "(i32, i32) -> i64",
      found: "(i32, i32) -> i32",
    },
    {
      name: "evaluate",
      spec: {
        functions: { alloc },
        globals: [{ type: "i32", value: 0 }],
        exports: [{ name: "evaluate", kind: 3, index: 0 }],
      },
      expected: "(i32, i32) -> i64",
      found: "global",
    },
    { name: "alloc", spec: { functions: { evaluate } }, expected: "(i32) -> i32", found: null },
    {
      name: "alloc",
      spec: { functions: { evaluate, alloc: { ...alloc, params: [] } } },
      expected: "(i32) -> i32",
      found: "() -> i32",
    },
  ])("$name as $expected, found as $found, is named with both types", ({ name, spec, expected, found }) => {
    expect(find(spec)).toEqual({ ok: false, failure: { kind: "missing-export", name, expected, found } });
  });

  it("is only one that the call needs", () => {
    const functions = { alloc, validate };

    expect(find({ functions }, "validate")).toEqual({ ok: true, allocator: "alloc" });
    expect(find({ functions }, "evaluate")).toMatchObject({ failure: { name: "evaluate" } });
  });
});
