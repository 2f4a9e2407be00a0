import type { AbiLevel, HostFunction, HostFunctionSignature } from "@assay/host-interface";
import { collectHostFunctions } from "@assay/host-interface";
import { describe, expect, it } from "vitest";
import { inspectModule } from "../src/inspect.ts";
import { linkImports } from "../src/link.ts";
import { registrar } from "./support/hosts.ts";
import { buildModule, type ImportSpec } from "./support/wasm-builder.ts";

const SIGNATURES = {
  exec: { params: ["bytes", "buffer"], result: "i32", kind: "suspending" },
  log: { params: ["i32", "bytes"], result: null, kind: "sync" },
  status: { params: [], result: "i32", kind: "sync", levels: ["head"] },
} as const satisfies Record<string, HostFunctionSignature>;

const EXEC: ImportSpec = {
  module: "host",
  name: "exec",
  params: ["i32", "i32", "i32", "i32"],
  results: ["i32"],
};
const STATUS: ImportSpec = { module: "host", name: "status", results: ["i32"] };

const FD_WRITE: ImportSpec = {
  module: "wasi_snapshot_preview1",
  name: "fd_write",
  params: ["i32", "i32", "i32", "i32"],
  results: ["i32"],
};
const PROC_EXIT: ImportSpec = { module: "wasi_snapshot_preview1", name: "proc_exit", params: ["i32"] };

function linkWithWasi(
  imports: readonly ImportSpec[],
  functions: ReadonlyMap<string, HostFunction> = new Map(),
) {
  return linkImports(inspectModule(buildModule({ imports })), functions, "head", { wasi: true });
}

function link(imports: readonly ImportSpec[], abi: AbiLevel = "head") {
  const handled = Object.entries(SIGNATURES).map(([name, signature]) => [
    name,
    { ...signature, handle: () => ({}) },
  ]);
  const functions = collectHostFunctions([registrar(Object.fromEntries(handled))]);
  const result = linkImports(inspectModule(buildModule({ imports })), functions, abi);
  return result.ok ? result.functions.map(({ name }) => name) : result.failure;
}

it("links a guest without imports", () => {
  expect(link([])).toEqual([]);
});

it("links what is asked for and nothing else", () => {
  expect(link([STATUS, EXEC])).toEqual(["status", "exec"]);
});

it("links an import that is named twice once", () => {
  expect(link([EXEC, EXEC])).toEqual(["exec"]);
});

it("names every import that does not fit, at once, each with its type", () => {
  expect(
    link([
      EXEC,
      { module: "host", name: "missing", params: ["i64"] },
      { module: "host", name: "missing", params: ["i64"] },
      { module: "host", name: "missing", params: ["f32"] },
      { module: "hosts", name: "exec", results: ["i32", "i64"] },
      { module: "__proto__", name: "constructor" },
      { module: "host", name: "log", params: ["i32", "i32"] },
    ]),
  ).toEqual({
    kind: "link-failed",
    missing: [
      { module: "host", name: "missing", type: "(i64) -> ()" },
      { module: "host", name: "missing", type: "(f32) -> ()" },
      { module: "hosts", name: "exec", type: "() -> (i32, i64)" },
      { module: "__proto__", name: "constructor", type: "() -> ()" },
    ],
    mismatched: [
      { module: "host", name: "log", provided: "(i32, i32, i32) -> ()", wanted: "(i32, i32) -> ()" },
    ],
  });
});

it.each<{ kind: string; wanted: ImportSpec }>([
  { kind: "memory", wanted: { module: "host", name: "exec", memory: { minimum: 1 } } },
  { kind: "table", wanted: { module: "host", name: "exec", table: { minimum: 1 } } },
  { kind: "global", wanted: { module: "host", name: "exec", global: "i32" } },
])("provides no $kind", ({ kind, wanted }) => {
  const inspection = inspectModule(buildModule({ imports: [wanted], memories: [] }));

  expect(linkImports(inspection, new Map(), "head")).toEqual({
    ok: false,
    failure: { kind: "link-failed", missing: [{ module: "host", name: "exec", type: kind }], mismatched: [] },
  });
});

it("gives no function for a table that has a function's name", () => {
  const inspection = inspectModule(
    buildModule({ imports: [{ module: "host", name: "exec", table: { minimum: 1 } }], memories: [] }),
  );
  const functions = collectHostFunctions([registrar({ exec: { ...SIGNATURES.exec, handle: () => ({}) } })]);

  expect(linkImports(inspection, functions, "head")).toMatchObject({
    failure: { mismatched: [{ wanted: "table", provided: "(i32, i32, i32, i32) -> i32" }] },
  });
});

it("does not link a function at a level that does not have it", () => {
  expect(link([STATUS], "pr33")).toMatchObject({ missing: [{ name: "status", type: "() -> i32" }] });
  expect(link([STATUS], "head")).toEqual(["status"]);
});

it("does not take a name with a NUL in it for two names", () => {
  expect(link([{ module: "host\0status", name: "", results: ["i32"] }])).toMatchObject({
    missing: [{ module: "host\0status", name: "" }],
  });
});

describe("WASI", () => {
  it("is linked by name, each function once, beside what the host answers", () => {
    expect(linkWithWasi([FD_WRITE, PROC_EXIT, FD_WRITE])).toEqual({
      ok: true,
      functions: [],
      wasiFunctions: ["fd_write", "proc_exit"],
    });
  });

  it("is missing where it is not asked for", () => {
    expect(link([FD_WRITE])).toMatchObject({ missing: [{ name: "fd_write" }], mismatched: [] });
  });

  it("names what it does not have and what has another type", () => {
    expect(
      linkWithWasi([
        { ...FD_WRITE, params: ["i32", "i32", "i32", "i64"] },
        { ...PROC_EXIT, results: ["i32"] },
        { ...PROC_EXIT, name: "proc_exec" },
        { ...PROC_EXIT, name: "constructor" },
        { ...PROC_EXIT, name: "__proto__" },
        { ...PROC_EXIT, module: "wasi_unstable" },
        { module: PROC_EXIT.module, name: "random_get", global: "i32" },
      ]),
    ).toEqual({
      ok: false,
      failure: {
        kind: "link-failed",
        missing: [
          { module: "wasi_snapshot_preview1", name: "proc_exec", type: "(i32) -> ()" },
          { module: "wasi_snapshot_preview1", name: "constructor", type: "(i32) -> ()" },
          { module: "wasi_snapshot_preview1", name: "__proto__", type: "(i32) -> ()" },
          { module: "wasi_unstable", name: "proc_exit", type: "(i32) -> ()" },
        ],
        mismatched: [
          {
            module: "wasi_snapshot_preview1",
            name: "fd_write",
            provided: "(i32, i32, i32, i32) -> i32",
            wanted: "(i32, i32, i32, i64) -> i32",
          },
          {
            module: "wasi_snapshot_preview1",
            name: "proc_exit",
            provided: "(i32) -> ()",
            wanted: "(i32) -> i32",
          },
          {
            module: "wasi_snapshot_preview1",
            name: "random_get",
            provided: "(i32, i32) -> i32",
            wanted: "global",
          },
        ],
      },
    });
  });

  it("gives way to a function that the host answers itself", () => {
    const own = {
      module: "wasi_snapshot_preview1",
      name: "proc_exit",
      signature: { params: ["i32"], result: null, kind: "sync" },
      handle: () => ({}),
    } as const;
    const functions = collectHostFunctions([{ name: "own", functions: [own] }]);

    expect(linkWithWasi([PROC_EXIT, FD_WRITE], functions)).toMatchObject({
      functions: [{ name: "proc_exit" }],
      wasiFunctions: ["fd_write"],
    });
  });
});
