import { describe, expect, it } from "vitest";
import { inspectModule } from "../../src/inspect.ts";
import { exposeStart } from "../../src/rewrite/expose-start.ts";
import { webAssembly } from "../../src/webassembly.ts";
import { buildModule, type ModuleSpec, op } from "../support/wasm-builder.ts";

/** Its start function counts in a global, which `count` returns. */
const COUNTING: ModuleSpec = {
  globals: [{ type: "i32", value: 0 }],
  functions: {
    begin: { body: [op.globalGet(0), op.i32(1), op.i32Add, op.globalSet(0)], export: false },
    count: { results: ["i32"], body: op.globalGet(0) },
  },
  start: "begin",
};

function expose(bytes: Uint8Array) {
  const { exports } = inspectModule(bytes);
  return exposeStart(
    bytes,
    exports.map(({ name }) => name),
  );
}

function instantiate(bytes: Uint8Array): Record<string, () => unknown> {
  const { exports } = new webAssembly.Instance(new webAssembly.Module(bytes), {});
  return exports as Record<string, () => unknown>;
}

describe("a start function", () => {
  it("runs when it is called, and not before", () => {
    const bytes = buildModule(COUNTING);
    const { bytes: exposed, startExport } = expose(bytes);
    const before = instantiate(bytes);
    const after = instantiate(exposed);

    expect([before["count"]?.(), after["count"]?.()]).toEqual([1, 0]);
    expect(startExport).toBe("assay:start");
    after["assay:start"]?.();
    expect(after["count"]?.()).toBe(1);
  });

  it("is added to what the module exports, and nothing else changes", () => {
    const bytes = buildModule({ ...COUNTING, custom: [{ name: "note", bytes: Uint8Array.of(1) }] });
    const { sizeBytes: _, ...before } = inspectModule(bytes);
    const { sizeBytes: __, ...after } = inspectModule(expose(bytes).bytes);
    const added = { name: "assay:start", kind: "function", type: { params: [], results: [] } };

    expect(after).toEqual({ ...before, hasStart: false, exports: [...before.exports, added] });
  });

  it("is the only export of a module without a section for them", () => {
    const withSection = buildModule({ ...COUNTING, memoryExport: false, rawSections: { 7: [0] } });
    const empty = [7, 1, 0];
    const at = withSection.findIndex((_, index) =>
      empty.every((byte, each) => withSection[index + each] === byte),
    );
    const without = Uint8Array.from([...withSection.slice(0, at), ...withSection.slice(at + empty.length)]);

    expect(inspectModule(without)).toMatchObject({ exports: [], hasStart: true });
    expect(inspectModule(expose(without).bytes).exports).toMatchObject([{ name: "assay:start" }]);
  });

  it("gets a name that the guest does not use", () => {
    const exports = ["assay:start", "assay:start'"].map((name) => ({ name, kind: 0, index: 1 }));
    const { startExport, bytes } = expose(buildModule({ ...COUNTING, exports }));

    expect(startExport).toBe("assay:start''");
    expect(inspectModule(bytes).exports.map(({ name }) => name)).toContain("assay:start''");
  });

  it("may be an import", () => {
    const bytes = buildModule({ imports: [{ module: "host", name: "begin" }], start: "begin" });

    expect(inspectModule(expose(bytes).bytes)).toMatchObject({ hasStart: false });
  });
});

it("leaves a module without a start function as it is", () => {
  const bytes = buildModule({});

  expect(expose(bytes)).toEqual({ bytes, startExport: null });
});
