import { describe, expect, it } from "vitest";
import { DEFAULT_MODULE_LIMITS, type ModuleLimits } from "../src/defaults.ts";
import { inspectModule } from "../src/inspect.ts";
import { buildGuest } from "./support/guests.ts";
import { failureOf } from "./support/refusal.ts";
import { buildModule, op, text, uleb, type ValType } from "./support/wasm-builder.ts";

const UTF8_BOM = "\ufeff";

describe("a module's inspection", () => {
  it("says what it imports, exports and declares", () => {
    const inspection = inspectModule(
      buildModule({
        imports: [
          { module: "host", name: "run", params: ["i32", "i64"], results: ["f64"] },
          { module: "host", name: "table", table: { minimum: 1, maximum: 9 } },
          { module: "host", name: "flag", global: "i32" },
        ],
        memories: [{ minimum: 2, maximum: 5 }],
        tables: [{ minimum: 3 }, { minimum: 0, maximum: 4, element: "externref" }],
        globals: [{ type: "i64", value: 1n }],
        functions: {
          evaluate: { params: ["i32", "i32"], results: ["i64"], body: op.i64(0n) },
          hidden: { body: [], export: false },
        },
        exports: [{ name: "counter", kind: 3, index: 1 }],
        start: "hidden",
        data: [{ offset: 8, bytes: Uint8Array.of(1, 2) }],
        custom: [{ name: "producers", bytes: Uint8Array.of(1, 2, 3) }],
      }),
    );

    expect(inspection).toEqual({
      sizeBytes: expect.any(Number),
      imports: [
        { module: "host", name: "run", kind: "function", type: { params: ["i32", "i64"], results: ["f64"] } },
        { module: "host", name: "table", kind: "table", limits: { minimum: 1, maximum: 9 } },
        { module: "host", name: "flag", kind: "global" },
      ],
      exports: [
        { name: "memory", kind: "memory" },
        { name: "evaluate", kind: "function", type: { params: ["i32", "i32"], results: ["i64"] } },
        { name: "counter", kind: "global" },
      ],
      memory: { minimum: 2, maximum: 5 },
      tables: [
        { element: "funcref", limits: { minimum: 3, maximum: null } },
        { element: "externref", limits: { minimum: 0, maximum: 4 } },
      ],
      hasStart: true,
      counts: { types: 3, functions: 2, globals: 1, tags: 0, elementSegments: 0, dataSegments: 1 },
      customSections: [{ name: "producers", sizeBytes: 15 }],
      features: ["reference-types"],
    });
  });

  it("gives the type of an exported import", () => {
    const { exports } = inspectModule(
      buildModule({
        imports: [{ module: "host", name: "run", params: ["f32"] }],
        exports: [{ name: "again", kind: 0, index: 0 }],
      }),
    );

    expect(exports).toContainEqual({
      name: "again",
      kind: "function",
      type: { params: ["f32"], results: [] },
    });
  });

  it.each([
    { name: "a prototype's", importName: "__proto__" },
    { name: "a byte order mark's", importName: UTF8_BOM },
    { name: "no", importName: "" },
    { name: "an astral", importName: "𝒻\u0000" },
  ])("keeps $name name as it is", ({ importName }) => {
    const { imports } = inspectModule(buildModule({ imports: [{ module: importName, name: importName }] }));

    expect(imports).toEqual([
      { module: importName, name: importName, kind: "function", type: { params: [], results: [] } },
    ]);
  });

  it.each([
    { feature: "simd", spec: { functions: { f: { params: ["v128"], body: [] } } } },
    { feature: "multi-value", spec: { functions: { f: { results: ["i32", "i32"], body: op.unreachable } } } },
    { feature: "bulk-memory", spec: { rawSections: { 12: [0] } } },
    { feature: "exceptions", spec: { functions: { f: { params: ["exnref"], body: [] } } } },
  ] as const)("shows $feature", ({ feature, spec }) => {
    expect(inspectModule(buildModule(spec)).features).toContain(feature);
  });
});

describe("a module is refused, by name,", () => {
  const SHARED = 0x03;
  const INDEX_64 = 0x04;
  const PAGE_SIZE = 0x08;

  it.each([
    { feature: "shared-memory", spec: { memories: [{ minimum: 1, maximum: 1, flags: SHARED }] } },
    { feature: "memory64", spec: { memories: [{ minimum: 1, flags: INDEX_64 }] } },
    { feature: "table64", spec: { tables: [{ minimum: 1, flags: INDEX_64 }] } },
    { feature: "multiple-memories", spec: { memories: [{ minimum: 1 }, { minimum: 1 }] } },
    {
      feature: "multiple-memories",
      spec: { imports: [{ module: "host", name: "memory", memory: { minimum: 1 } }] },
    },
    { feature: "custom-page-size", spec: { rawSections: { 5: [1, PAGE_SIZE, 1, 0] } } },
    {
      feature: "table-initialiser",
      spec: { rawSections: { 4: [1, 0x40, 0x00, 0x70, 0x00, 0x01, 0xd0, 0x70, 0x0b] } },
    },
    { feature: "gc-types", spec: { rawSections: { 1: [1, 0x5f, 0] } } },
    { feature: "gc-types", spec: { rawSections: { 1: [1, 0x60, 1, 0x6d, 0] } } },
    { feature: "gc-types", spec: { rawSections: { 4: [1, 0x63, 0x6e, 0, 0] } } },
    { feature: "stored-exceptions", spec: { tables: [{ minimum: 1, element: "exnref" }] } },
    { feature: "stored-exceptions", spec: { tags: [["exnref"]] } },
    {
      feature: "stored-exceptions",
      spec: { imports: [{ module: "host", name: "kept", global: "exnref" }] },
    },
    { feature: "unknown-section", spec: { rawSections: { 14: [0] } } },
  ] as const)("for $feature", ({ feature, spec }) => {
    expect(failureOf(() => inspectModule(buildModule(spec)))).toMatchObject({
      code: "MODULE_REFUSED",
      reason: "unsupported",
      feature,
    });
  });

  it("for being a component", () => {
    const component = Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0);

    expect(failureOf(() => inspectModule(component))).toMatchObject({ feature: "component" });
  });

  it("for its size, before anything is read", () => {
    const failure = failureOf(() => inspectModule(new Uint8Array(DEFAULT_MODULE_LIMITS.maxModuleBytes + 1)));

    expect(failure).toEqual({
      code: "MODULE_REFUSED",
      reason: "too-large",
      sizeBytes: 16_777_217,
      maxModuleBytes: 16_777_216,
    });
  });

  it.each<{ item: string; limit: Partial<ModuleLimits> }>([
    { item: "types", limit: { maxTypes: 1 } },
    { item: "values in types", limit: { maxTypeValues: 5 } },
    { item: "imports", limit: { maxImports: 0 } },
    { item: "exports", limit: { maxExports: 2 } },
    { item: "functions", limit: { maxFunctions: 1 } },
    { item: "globals", limit: { maxGlobals: 0 } },
    { item: "tables", limit: { maxTables: 0 } },
    { item: "element bytes", limit: { maxElementBytes: 2 } },
    { item: "data segments", limit: { maxSegments: 0 } },
    { item: "custom sections", limit: { maxCustomSections: 0 } },
  ])("for too many $item", ({ item, limit }) => {
    const bytes = buildGuest({
      imports: [{ module: "host", name: "f" }],
      globals: [{ type: "i32", value: 0 }],
      tables: [{ minimum: 1 }],
      rawSections: { 9: [0] },
      custom: [{ name: "x", bytes: new Uint8Array() }],
    });

    expect(failureOf(() => inspectModule(bytes, { ...DEFAULT_MODULE_LIMITS, ...limit }))).toMatchObject({
      reason: "too-many",
      item,
    });
    expect(failureOf(() => inspectModule(bytes))).toBeNull();
  });

  it("for more tags, or values in a tag, than are allowed", () => {
    const bytes = buildModule({ tags: [[], ["i32", "i64"]] });
    const under = (limit: Partial<ModuleLimits>) =>
      failureOf(() => inspectModule(bytes, { ...DEFAULT_MODULE_LIMITS, ...limit }));

    expect(inspectModule(bytes)).toMatchObject({ counts: { tags: 2 }, features: ["exceptions"] });
    expect(under({ maxTags: 1 })).toMatchObject({ reason: "too-many", item: "tags", count: 2, limit: 1 });
    expect(under({ maxTagValues: 1 })).toMatchObject({ item: "values in a tag", count: 2, limit: 1 });
    expect(DEFAULT_MODULE_LIMITS).toMatchObject({ maxTags: 64, maxTagValues: 16 });
  });

  describe("for one function", () => {
    const oneFunction = (locals: number, bodyBytes: number, results: ValType[] = []) => {
      const body = [...uleb(1), ...uleb(locals), 0x7f];
      const nops = bodyBytes - body.length - 1;
      const code = [...body, ...Array.from({ length: nops }, () => 0x01), 0x0b];
      return buildModule({
        functions: { f: { params: ["i32"], results, body: [] } },
        rawSections: { 10: [1, ...uleb(code.length), ...code] },
      });
    };

    it.each([
      { measure: "locals", locals: 2_000, bodyBytes: 100, value: 2_001, limit: 2_000 },
      { measure: "body-bytes", locals: 1, bodyBytes: 524_289, value: 524_289, limit: 524_288 },
      {
        measure: "locals-times-bytes",
        locals: 1_999,
        bodyBytes: 33_555,
        value: 67_110_000,
        limit: 67_108_864,
      },
    ])("of too many $measure, naming it and the number", ({ locals, bodyBytes, ...refusal }) => {
      expect(failureOf(() => inspectModule(oneFunction(locals, bodyBytes)))).toEqual({
        code: "MODULE_REFUSED",
        reason: "function-too-complex",
        functionIndex: 0,
        ...refusal,
      });
    });

    it("before the engine looks at its code", () => {
      const invalid = (locals: number) => oneFunction(locals, 100, ["i32"]);

      expect(failureOf(() => inspectModule(invalid(1)))).toMatchObject({ reason: "invalid" });
      expect(failureOf(() => inspectModule(invalid(2_000)))).toMatchObject({ measure: "locals" });
    });

    it.each([
      { locals: 1_999, bodyBytes: 33_554 },
      { locals: 127, bodyBytes: 524_288 },
    ])("but not one of $locals locals and $bodyBytes bytes", ({ locals, bodyBytes }) => {
      expect(failureOf(() => inspectModule(oneFunction(locals, bodyBytes)))).toBeNull();
    });
  });

  it("for a count in the millions, without making room for it", () => {
    const types = [...uleb(0xffff_ffff), 0x60];

    expect(failureOf(() => inspectModule(buildModule({ rawSections: { 1: types } })))).toMatchObject({
      reason: "too-many",
      count: 4_294_967_295,
    });
  });
});

describe("bytes are refused as invalid", () => {
  const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

  it.each([
    { name: "when empty", bytes: [] },
    { name: "when text", bytes: [...new TextEncoder().encode("(module)")] },
    { name: "of an unknown version", bytes: [0, 0x61, 0x73, 0x6d, 2, 0, 0, 0] },
    { name: "with a section beyond their end", bytes: [...header, 1, 9, 0] },
    { name: "with a section twice", bytes: [...header, 1, 1, 0, 1, 1, 0] },
    { name: "with bytes after a section's last entry", bytes: [...header, 1, 2, 0, 0] },
    { name: "with a number of six bytes", bytes: [...header, 1, 0x80, 0x80, 0x80, 0x80, 0x80, 0] },
    { name: "with a number above 32 bits", bytes: [...header, 1, 0x80, 0x80, 0x80, 0x80, 0x10] },
    { name: "with a name that is not UTF-8", bytes: [...header, 0, 3, 2, 0xc3, 0x28] },
    { name: "with a type that is not there", bytes: [...header, 3, 2, 1, 0] },
    { name: "with a function that is not there", bytes: [...header, 7, 5, 1, ...text("f"), 0, 0] },
    {
      name: "with a maximum below the minimum",
      bytes: [...buildModule({ memories: [{ minimum: 2, maximum: 1 }] })],
    },
    {
      name: "when only the engine can tell",
      bytes: [...buildModule({ functions: { f: { body: op.drop } } })],
    },
  ])("$name", ({ bytes }) => {
    expect(failureOf(() => inspectModule(Uint8Array.from(bytes)))).toEqual({
      code: "MODULE_REFUSED",
      reason: "invalid",
      detail: expect.any(String),
    });
  });

  it("with a reason in which the module's own names are printable", () => {
    const name = "\u001b[2J";
    const bytes = buildModule({
      functions: { [name]: { body: [] } },
      exports: [{ name, kind: 0, index: 0 }],
    });

    expect(failureOf(() => inspectModule(bytes))).toMatchObject({
      detail: expect.stringMatching(/Duplicate export name '\\u\{1b\}\[2J'/),
    });
  });
});
