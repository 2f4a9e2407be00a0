import { PLATFORM_SANDBOX } from "@assay/host-interface";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_INSTANCE_CONFIG, DEFAULT_MODULE_LIMITS, type ModuleLimits } from "../src/defaults.ts";
import type { ExaminationRefusal } from "../src/examination.ts";
import { examineModule } from "../src/examine.ts";
import { type ExaminationRequest, examineBytes } from "../src/examine-bytes.ts";
import { inspectModule } from "../src/inspect.ts";
import { capLimits } from "../src/rewrite/cap-limits.ts";
import { FUEL_VERSION } from "../src/rewrite/costs.ts";
import { rewriteModule } from "../src/rewrite/rewrite.ts";
import { WASI_MODULE } from "../src/wasi-functions.ts";
import { ALLOC, buildGuest as buildEvaluator, ENTRY, type GuestSpec, VALIDATE } from "./support/guests.ts";
import { failureOf, rejectionOf } from "./support/refusal.ts";
import { buildModule, op, uleb } from "./support/wasm-builder.ts";

const MIB = 1024 * 1024;
const build = { maxMemoryBytes: 2 * MIB, maxTableElements: 100, deterministic: false };

function examine(bytes: Uint8Array, changes: Partial<ExaminationRequest> = {}) {
  const hostModules = [PLATFORM_SANDBOX];
  const request = { bytes, limits: DEFAULT_MODULE_LIMITS, build, abi: "auto", hostModules, wasi: false };
  return examineBytes({ ...request, ...changes } as ExaminationRequest);
}

const limited = (limits: Partial<ModuleLimits>) => ({ limits: { ...DEFAULT_MODULE_LIMITS, ...limits } });

/** Kinds and codes alone. */
const reasons = (refusals: readonly ExaminationRefusal[]) =>
  refusals.map((each) => (each.kind === "refused" ? each.refusal.reason : each.failure.kind));

const body = op.unreachable;

/** A guest that has all that a guest must. */
const buildGuest = ({ functions = {}, ...spec }: GuestSpec = {}) =>
  buildEvaluator({ ...spec, functions: { ...functions, validate: { ...VALIDATE, body } } });

const ATOMIC_FENCE = [0xfe, 0x03, 0x00];
describe("a guest that would run", () => {
  const guest = buildGuest({
    imports: [
      {
        module: "platform_sandbox",
        name: "sandbox_exec",
        params: ["i32", "i32", "i32", "i32"],
        results: ["i32"],
      },
      { module: "platform_sandbox", name: "sandbox_status", results: ["i32"] },
    ],
    functions: { alloc: { ...ALLOC, body } },
    tables: [{ minimum: 10 }, { minimum: 30, maximum: 31 }],
    memories: [{ minimum: 1 }],
  });

  it("has no refusal, and everything that was asked", () => {
    const examined = examine(guest);
    expect(examined).toMatchObject({
      inspection: inspectModule(guest),
      abi: "head",
      allocator: "alloc",
      entryPoints: ["evaluate", "validate"],
      usedFeatures: [],
      refusals: [],
    });
    expect(examined.imports.map(({ wanted, providedAt }) => [wanted.name, providedAt])).toEqual([
      ["sandbox_exec", ["head", "pr33"]],
      ["sandbox_status", ["head"]],
    ]);
  });

  it("may have imports of WASI, where it would find that", async () => {
    const bytes = buildGuest({
      imports: [{ module: WASI_MODULE, name: "sched_yield", results: ["i32"] }],
    });
    const without = await examineModule(bytes);
    expect(reasons(without.refusals)).toEqual(["link-failed"]);
    const { refusals, imports } = await examineModule(bytes, { wasi: {} });
    expect({ refusals, provided: imports[0]?.providedAt }).toEqual({
      refusals: [],
      provided: ["head", "pr33"],
    });
  });

  it("is said to be limited as its rewrite would be", () => {
    expect(examine(guest).capped).toEqual({
      memory: { minimum: 1, maximum: 32 },
      tables: [
        { minimum: 10, maximum: 40 },
        { minimum: 30, maximum: 31 },
      ],
    });
  });

  it("costs what its rewrite does", () => {
    const rewritten = rewriteModule(guest);
    const { rewrite } = examine(guest);
    expect(rewrite).toMatchObject({
      beforeBytes: guest.length,
      afterBytes: rewritten.ok ? rewritten.bytes.length : null,
      fuelVersion: FUEL_VERSION,
    });
    expect(rewrite?.durationMs).toBeGreaterThan(0);
  });

  it("costs more for a deterministic guest that computes with floating-point numbers", () => {
    const floats = buildGuest({
      functions: { add: { body: [op.i32(0), op.f64(1), op.f64(2), 0xa0, op.f64Store()] } },
    });
    const plain = examine(floats).rewrite?.afterBytes ?? 0;
    const { usedFeatures, rewrite } = examine(floats, { build: { ...build, deterministic: true } });
    expect(rewrite?.afterBytes).toBeGreaterThan(plain);
    expect(usedFeatures).toContainEqual({ feature: "computed-nans", functions: 1 });
  });
});

describe("all that is wrong is said at once", () => {
  it("of a module that could be compiled, and not be called", () => {
    const { refusals, entryPoints, allocator, rewrite } = examine(
      buildModule({
        imports: [
          { module: "env", name: "abort" },
          { module: "platform_sandbox", name: "get_timestamp", results: ["i32"] },
        ],
        functions: { validate: { ...VALIDATE, body } },
        memories: [{ minimum: 33 }],
        tables: [{ minimum: 101 }],
      }),
    );
    expect(refusals).toEqual([
      {
        kind: "not-callable",
        failure: {
          kind: "out-of-memory",
          resource: "memory",
          minimumBytes: 33 * 65_536,
          maxMemoryBytes: 2 * MIB,
        },
      },
      {
        kind: "not-callable",
        failure: { kind: "out-of-memory", resource: "table", minimumElements: 101, maxTableElements: 100 },
      },
      {
        kind: "not-callable",
        failure: { kind: "missing-export", name: "evaluate", expected: "(i32, i32) -> i64", found: null },
      },
      {
        kind: "not-callable",
        failure: { kind: "missing-export", name: "alloc", expected: "(i32) -> i32", found: null },
      },
      {
        kind: "not-callable",
        failure: {
          kind: "link-failed",
          missing: [{ module: "env", name: "abort", type: "() -> ()" }],
          mismatched: [
            {
              module: "platform_sandbox",
              name: "get_timestamp",
              provided: "() -> i64",
              wanted: "() -> i32",
            },
          ],
        },
      },
    ]);
    expect({ entryPoints, allocator }).toEqual({ entryPoints: [], allocator: null });
    expect(rewrite).not.toBeNull();
  });

  it("of code, with the place in the module as it is", () => {
    const guest = buildGuest({ functions: { fence: { body: ATOMIC_FENCE }, again: { body: ATOMIC_FENCE } } });
    const { refusals, rewrite } = examine(guest);
    const offset = Buffer.from(guest).indexOf(Buffer.from(ATOMIC_FENCE));
    expect(refusals).toMatchObject([
      { kind: "refused", refusal: { feature: "threads", offset }, functions: 2 },
    ]);
    expect(rewrite).toBeNull();
  });

  it("of sections, with what the others say", () => {
    const bytes = buildModule({
      functions: { evaluate: { ...ENTRY, body }, alloc: { ...ALLOC, body } },
      memories: [{ minimum: 1, flags: 4 }],
      tables: [{ minimum: 1, flags: 4 }],
      custom: [{ name: "note", bytes: new Uint8Array() }],
    });
    const { inspection, refusals, entryPoints, usedFeatures } = examine(bytes);
    expect(refusals).toMatchObject([
      { refusal: { reason: "unsupported", feature: "table64" } },
      { refusal: { reason: "unsupported", feature: "memory64" } },
    ]);
    expect(inspection?.exports.map(({ name }) => name)).toEqual(["memory", "evaluate", "alloc"]);
    expect(inspection?.customSections).toMatchObject([{ name: "note" }]);
    expect({ entryPoints, usedFeatures }).toEqual({ entryPoints: ["evaluate"], usedFeatures: null });
  });

  it("of limits, without the mistakes that only follow from them", () => {
    const guest = buildGuest();
    const { refusals } = examine(guest, limited({ maxTypes: 0, maxExports: 0 }));
    expect(refusals).toMatchObject([
      { refusal: { reason: "too-many", item: "types" } },
      { refusal: { reason: "too-many", item: "exports" } },
    ]);
  });

  it("of a function that is too large, with what the others use", () => {
    const guest = buildGuest({
      functions: {
        long: { body: Array<number>(200).fill(0x01) },
        float: { body: [op.f64(1), op.drop] },
      },
    });
    const { refusals, usedFeatures } = examine(guest, limited({ maxFunctionBytes: 100 }));
    expect(reasons(refusals)).toEqual(["function-too-complex"]);
    expect(usedFeatures).toContainEqual({ feature: "floating-point", functions: 1 });
  });
});

describe("what is no module", () => {
  it.each([
    { name: "is too large", bytes: new Uint8Array(100), limits: { maxModuleBytes: 99 }, reason: "too-large" },
    { name: "is text", bytes: new TextEncoder().encode("hello"), limits: {}, reason: "invalid" },
    { name: "is empty", bytes: new Uint8Array(), limits: {}, reason: "invalid" },
  ])("is refused and nothing else where it $name", ({ bytes, limits, reason }) => {
    const { refusals, ...examined } = examine(bytes, limited(limits));
    expect(reasons(refusals)).toEqual([reason]);
    expect(examined).toEqual({
      inspection: null,
      abi: null,
      imports: [],
      allocator: null,
      entryPoints: [],
      capped: null,
      usedFeatures: null,
      rewrite: null,
    });
  });

  it("is refused in the engine's words where only the engine knows", () => {
    const { refusals, inspection } = examine(buildModule({ functions: { f: { body: op.drop } } }));
    expect(reasons(refusals)).toEqual(["invalid"]);
    expect(inspection?.counts.functions).toBe(1);
  });

  it("ends behind the first custom section too many, of which there could be millions", () => {
    const spec = { custom: [1, 2, 3].map(() => ({ name: "", bytes: new Uint8Array() })) };
    const { refusals, inspection } = examine(buildModule(spec), limited({ maxCustomSections: 1 }));
    expect(refusals).toMatchObject([{ refusal: { item: "custom sections", count: 2 } }]);
    expect(inspection?.customSections).toHaveLength(2);
  });
});

const START = buildGuest({
  imports: [{ module: "platform_sandbox", name: "get_timestamp", results: ["i64"] }],
  tables: [{ minimum: 3 }],
  memories: [{ minimum: 2, maximum: 5 }],
  functions: { fence: { body: ATOMIC_FENCE }, float: { body: [op.f64(1), op.drop] } },
});

/** What the passes say that a guest goes through on its way. */
function isAccepted(bytes: Uint8Array): boolean {
  if (failureOf(() => inspectModule(bytes)) !== null) return false;
  const capped = capLimits(bytes, build);
  return capped.ok && rewriteModule(capped.bytes).ok;
}

it("refuses exactly the modules that the runtime refuses", () => {
  const change = fc.record({ at: fc.nat(START.length - 1), to: fc.nat(255) });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 3 }), fc.boolean(), (changes, withFence) => {
      const bytes = Uint8Array.from(START);
      const fence = Buffer.from(bytes).indexOf(Buffer.from(ATOMIC_FENCE));
      if (!withFence) bytes.fill(0x01, fence, fence + ATOMIC_FENCE.length);
      for (const { at, to } of changes) bytes[at] = to;
      const kinds = reasons(examine(bytes).refusals).filter(
        (reason) => reason !== "link-failed" && reason !== "missing-export",
      );
      expect(kinds.length === 0).toBe(isAccepted(bytes));
    }),
    { numRuns: 500 },
  );
});

describe("on its thread", () => {
  it("is the same examination", async () => {
    const { rewrite, ...examined } = await examineModule(START, { hostModules: [PLATFORM_SANDBOX] });
    const { maxMemoryBytes, maxTableElements } = DEFAULT_INSTANCE_CONFIG;
    const here = examine(START, { build: { maxMemoryBytes, maxTableElements, deterministic: false } });
    expect({ ...examined, rewrite: null }).toEqual({ ...here, rewrite: null });
    expect(rewrite).toBeNull();
  });

  /** Valid, and longer to read than the tests wait: 2 MiB of empty loops. */
  function slowModule(): Uint8Array {
    const loops = Array.from({ length: 100_000 }, () => [0x03, 0x40, 0x0b]).flat();
    const one = buildModule({ functions: { f: { body: loops } } });
    const code = one.subarray(Buffer.from(one).indexOf(Buffer.from(loops)) - 4, one.length);
    const count = 8;
    const bytes = Buffer.concat(Array<Uint8Array>(count).fill(code));
    const content = [...uleb(count), ...bytes];
    return buildModule({
      functions: {},
      memories: [],
      rawSections: { 1: [1, 0x60, 0, 0], 3: [...uleb(count), ...Array<number>(count).fill(0)], 10: content },
    });
  }

  it("is ended after its time, and refused as compiling it would be", async () => {
    const { refusals, inspection } = await examineModule(slowModule(), { maxCompileMs: 1 });
    expect(refusals).toEqual([
      { kind: "refused", refusal: { reason: "compile-timeout", maxCompileMs: 1 }, functions: 0 },
    ]);
    expect(inspection).toBeNull();
  });

  it("is ended when its signal is aborted", async () => {
    const reason = new Error("enough");
    await expect(examineModule(START, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const examining = examineModule(slowModule(), { signal: controller.signal });
    controller.abort(reason);
    await expect(examining).rejects.toBe(reason);
  });

  it.each([
    { field: "maxCompileMs", options: { maxCompileMs: 0 } },
    { field: "maxMemoryBytes", options: { maxMemoryBytes: 1 } },
    { field: "timeoutMs", options: { timeoutMs: 1 } },
  ])("is refused with a wrong option: $field", async ({ field, options }) => {
    const failure = await rejectionOf(examineModule(START, options as object));
    expect(failure).toMatchObject({ code: "INVALID_CONFIG", field });
  });
});
