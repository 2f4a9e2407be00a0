import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_ADMISSION_LIMITS } from "../../src/rewrite/admission.ts";
import type { RewriteRefusal } from "../../src/rewrite/refusal.ts";
import { rewriteModule } from "../../src/rewrite/rewrite.ts";
import { createRandom, randomModule } from "../support/random-module.ts";
import { engine, meteredGuest, rewritten } from "../support/rewritten.ts";
import { type Body, buildModule, op, uleb, type ValType } from "../support/wasm-builder.ts";

const MAX_I32 = -1;

function refusalOf(bytes: Uint8Array): RewriteRefusal | null {
  const result = rewriteModule(bytes);
  return result.ok ? null : result.refusal;
}

describe("redteam 81: bulk operations", () => {
  const over = (body: Body) =>
    buildModule({
      memories: [{ minimum: 16 }],
      tables: [{ minimum: 60_000 }],
      functions: { run: { body: [op.loop(body, op.br(0))] } },
    });

  it.each([
    { name: "memory.fill", body: [op.i32(0), op.i32(1), op.i32(1_048_576), op.memoryFill] },
    { name: "memory.copy", body: [op.i32(0), op.i32(0), op.i32(1_048_576), [0xfc, 10, 0, 0]] },
    { name: "table.copy", body: [op.i32(0), op.i32(0), op.i32(60_000), [0xfc, 14, 0, 0]] },
    { name: "table.fill", body: [op.i32(0), op.refNull, op.i32(60_000), [0xfc, 17, 0]] },
  ])("$name in a loop ends after few rounds: it is priced by length", ({ body }) => {
    const guest = meteredGuest(rewritten(over(body)), {}, { budget: 1_000_000n });

    expect(guest.call("run")).toEqual({ ended: "out-of-fuel" });
    expect(guest.fuelUsed()).toBeLessThan(1_200_000n);
  });

  it("of four gigabytes is not begun before it is paid", () => {
    const bytes = buildModule({
      functions: { run: { body: [op.i32(0), op.i32(1), op.i32(MAX_I32), op.memoryFill] } },
    });

    expect(meteredGuest(rewritten(bytes), {}, { budget: 1_000n }).call("run")).toEqual({
      ended: "out-of-fuel",
    });
    // The positive control: with enough of it, the operation does what it did, and traps.
    expect(meteredGuest(rewritten(bytes)).call("run")).toMatchObject({
      trapped: expect.stringContaining("memory access"),
    });
  });
});

describe("redteam 82: the meter's own things", () => {
  const run = { locals: [], params: [], results: [] } as const;

  it.each<{ name: string; bytes: Uint8Array }>([
    {
      name: "the fuel's global by its index",
      bytes: buildModule({
        globals: [],
        functions: { run: { ...run, body: [op.i64(1n), op.globalSet(0)] } },
      }),
    },
    {
      name: "the stack's global by its index",
      bytes: buildModule({ globals: [], functions: { run: { ...run, body: [op.i32(1), op.globalSet(1)] } } }),
    },
    {
      name: "the local in which fuel is kept",
      bytes: buildModule({ functions: { run: { ...run, body: [op.loop(), op.i64(1n), op.set(0)] } } }),
    },
    {
      name: "the yield by its index",
      bytes: buildModule({ functions: { run: { ...run, body: [0x10, 1] } } }),
    },
    {
      name: "the yield through a reference",
      bytes: buildModule({ functions: { run: { ...run, body: [0xd2, 2, op.drop] } } }),
    },
  ])("$name cannot be reached: the module is not valid without it", ({ bytes }) => {
    expect(refusalOf(bytes)).toMatchObject({ reason: "invalid" });
  });

  it("has names that the guest does not use", () => {
    const guest = buildModule({
      imports: [{ module: "assay", name: "yield", params: ["i64"], results: ["i64"] }],
      globals: [{ type: "i64", value: 0 }],
      exports: [
        { name: "assay.fuel", kind: 3, index: 0 },
        { name: "assay.stack", kind: 3, index: 0 },
        { name: "assay.fuel.1", kind: 3, index: 0 },
        { name: "assay.growth_failed", kind: 3, index: 0 },
      ],
      functions: { "assay.start": { body: [] } },
      start: "assay.start",
    });
    const { bytes, names } = rewritten(guest);

    expect(names).toEqual({
      yieldImport: { module: "assay.1", name: "yield" },
      memoryImport: null,
      fuelExport: "assay.fuel.2",
      stackExport: "assay.stack.1",
      growthFailedExport: "assay.growth_failed.1",
      startExport: "assay.start.1",
    });
    expect(engine.validate(bytes)).toBe(true);
  });
});

describe("a refusal names", () => {
  const second = (body: Body, locals: readonly ValType[] = []) =>
    buildModule({ functions: { first: { body: [] }, second: { locals, body } } });
  const nested = (depth: number): Body => (depth === 0 ? [] : [[0x02, 0x40], ...flat(depth)]);
  const flat = (depth: number): number[] => [
    ...Array.from({ length: depth - 1 }, () => [0x02, 0x40]).flat(),
    ...new Array<number>(depth).fill(0x0b),
  ];
  const complex = { reason: "function-too-complex", functionIndex: 1 } as const;

  it.each<{ name: string; bytes: Uint8Array; refusal: object }>([
    {
      name: "a body and its size",
      bytes: second(new Array<number>(600_000).fill(0x01)),
      refusal: { ...complex, measure: "body-bytes", value: 600_002, limit: 524_288 },
    },
    {
      name: "the locals and their number",
      bytes: second([], new Array<ValType>(2_001).fill("i32")),
      refusal: { ...complex, measure: "locals", value: 2_001, limit: 2_000 },
    },
    {
      name: "the nesting and its depth",
      bytes: second(nested(1_001)),
      refusal: { ...complex, measure: "nesting", value: 1_001, limit: 1_000 },
    },
    {
      name: "locals times control",
      bytes: second(
        new Array<number[]>(2_100).fill([0x02, 0x40, 0x0b]),
        new Array<ValType>(2_000).fill("i32"),
      ),
      refusal: { ...complex, measure: "locals-times-control", value: 4_200_000, limit: 4_000_000 },
    },
    {
      name: "atomics",
      bytes: second([op.i32(0), [0xfe, 0x10, 2, 0], op.drop]),
      refusal: {
        reason: "unsupported-instruction",
        functionIndex: 1,
        feature: "threads",
        opcode: "0xfe 0x10",
      },
    },
    {
      name: "relaxed SIMD",
      bytes: second([
        [0xfd, 12],
        new Array<number>(16).fill(0),
        [0xfd, 12],
        new Array<number>(16).fill(0),
        [0xfd, 0x80, 0x02],
        op.drop,
      ]),
      refusal: {
        reason: "unsupported-instruction",
        functionIndex: 1,
        feature: "relaxed-simd",
        opcode: "0xfd 0x100",
      },
    },
    {
      name: "GC instructions",
      bytes: second([op.i32(0), [0xfb, 0x1c], op.drop]),
      refusal: { reason: "unsupported-instruction", functionIndex: 1, feature: "gc", opcode: "0xfb 0x1c" },
    },
    {
      name: "legacy exceptions",
      bytes: second([0x06, 0x40, 0x19, 0x0b]),
      refusal: {
        reason: "unsupported-instruction",
        functionIndex: 1,
        feature: "legacy-exceptions",
        opcode: "0x06",
      },
    },
    {
      name: "typed references",
      bytes: second([op.refNull, 0xd4, op.drop]),
      refusal: {
        reason: "unsupported-instruction",
        functionIndex: 1,
        feature: "typed-references",
        opcode: "0xd4",
      },
    },
    {
      name: "a null of a GC type",
      bytes: second([0xd0, 0x6e, op.drop]),
      refusal: { reason: "unsupported-instruction", functionIndex: 1, feature: "gc", opcode: "type 0x6e" },
    },
    {
      name: "several memories",
      bytes: buildModule({ memories: [{ minimum: 1 }, { minimum: 1 }], functions: { run: { body: [] } } }),
      refusal: { reason: "unsupported", feature: "multiple-memories" },
    },
    {
      name: "64-bit memories",
      bytes: buildModule({ memories: [{ minimum: 1, flags: 4 }] }),
      refusal: { reason: "unsupported", feature: "memory64" },
    },
    {
      name: "shared memories",
      bytes: buildModule({ memories: [{ minimum: 1, maximum: 1, flags: 3 }] }),
      refusal: { reason: "unsupported", feature: "shared-memory" },
    },
    {
      name: "elements of a typed reference",
      bytes: buildModule({ rawSections: { 9: [1, 5, 0x63, 0x70, 0] } }),
      refusal: { reason: "unsupported", feature: "gc-types" },
    },
    {
      name: "globals that keep exceptions",
      bytes: buildModule({ rawSections: { 6: [1, 0x69, 1, 0xd0, 0x69, 0x0b] } }),
      refusal: { reason: "unsupported", feature: "stored-exceptions" },
    },
    {
      // As a number without a sign it would be the index of a type that is there.
      name: "a block of no type that is written as a negative number of two bytes",
      bytes: buildModule({
        functions: { run: { body: [[0x02, 0xc0, 0x7f], 0x0b] } },
        rawSections: { 1: [...uleb(16_400), ...new Array<number[]>(16_400).fill([0x60, 0, 0]).flat()] },
      }),
      refusal: { reason: "invalid" },
    },
    {
      name: "table initialisers",
      bytes: buildModule({ rawSections: { 4: [1, 0x40, 0, 0x70, 0, 1, 0xd0, 0x70, 0x0b] } }),
      refusal: { reason: "unsupported", feature: "table-initialiser" },
    },
  ])("$name", ({ bytes, refusal }) => {
    expect(engine.validate(bytes)).toBe(true);
    expect(refusalOf(bytes)).toMatchObject(refusal);
  });

  it("nothing, within the limits", () => {
    expect(DEFAULT_ADMISSION_LIMITS.maxNesting).toBe(1_000);
    expect(refusalOf(second(nested(1_000)))).toBeNull();
    expect(refusalOf(second([], new Array<ValType>(2_000).fill("i32")))).toBeNull();
  });
});

describe("any bytes", () => {
  it("are rewritten to a valid module or refused, and nothing else", () => {
    fc.assert(
      fc.property(
        fc.nat(500),
        fc.array(fc.record({ at: fc.nat(1 << 20), value: fc.nat(255) }), { minLength: 1, maxLength: 3 }),
        (seed, edits) => {
          const bytes = randomModule(createRandom(seed)).bytes.slice();
          for (const { at, value } of edits) bytes[at % bytes.length] = value;
          const result = rewriteModule(bytes);
          expect(result.ok ? engine.validate(result.bytes) : typeof result.refusal.reason).toBe(
            result.ok ? true : "string",
          );
        },
      ),
      { numRuns: 1_500 },
    );
  });

  it("are refused when they are no module", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(refusalOf(bytes)).toMatchObject({ reason: "invalid" });
      }),
    );
  });
});
