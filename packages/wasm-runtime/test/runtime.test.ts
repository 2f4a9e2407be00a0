import { createHash } from "node:crypto";
import { HostInterfaceError } from "@assay/host-interface";
import { describe, expect, it } from "vitest";
import type { InstanceConfig } from "../src/defaults.ts";
import { FUEL_VERSION } from "../src/rewrite/costs.ts";
import { createRuntime } from "../src/runtime.ts";
import {
  buildGuest,
  ENTRY,
  INPUT,
  RETURN_VERDICT,
  returnScore32,
  VALIDATE,
  VERDICT,
} from "./support/guests.ts";
import { registrar } from "./support/hosts.ts";
import { rejectionOf } from "./support/refusal.ts";
import { sharedRuntime } from "./support/shared-runtime.ts";
import { buildModule, op } from "./support/wasm-builder.ts";

const NO_THREADS = { busy: 0, idle: 0, guests: 0, waiting: 0 };
const runtime = sharedRuntime();
const ENDLESS = op.loop(op.br(0));

describe("an evaluation", () => {
  it("gives the guest's verdict, its memory, and the fuel and time it took", async () => {
    const report = await runtime.evaluate(buildGuest({ memories: [{ minimum: 3 }] }), INPUT);

    expect(report).toEqual({
      outcome: { kind: "returned", value: VERDICT },
      memoryPeakBytes: 3 * 65_536,
      slices: 1,
      cpuTimeMs: expect.any(Number),
      fuelUsed: expect.any(Number),
      fuelVersion: FUEL_VERSION,
      durationMs: expect.any(Number),
    });
  });

  it("takes bytes or a compiled module", async () => {
    const module = await runtime.compile(buildGuest());

    expect((await runtime.evaluate(module, INPUT)).outcome).toEqual({ kind: "returned", value: VERDICT });
  });

  it.each([
    { validity: 0, valid: false },
    { validity: 1, valid: true },
    { validity: -7, valid: true },
  ])("is a validation where validate returns $validity: $valid", async ({ validity, valid }) => {
    const guest = buildGuest({ functions: { validate: { ...VALIDATE, body: op.i32(validity) } } });

    expect((await runtime.validate(guest, INPUT)).outcome).toEqual({ kind: "returned", value: valid });
  });

  it("does not change the bytes it was given, and takes no notice when they change", async () => {
    const bytes = buildGuest();
    const before = bytes.slice();
    const evaluation = runtime.evaluate(bytes, INPUT);
    bytes.fill(0);

    expect((await evaluation).outcome.kind).toBe("returned");
    expect((await runtime.evaluate(before, INPUT)).outcome.kind).toBe("returned");
    expect(before).toEqual(buildGuest());
  });
});

describe("the level of the contract", () => {
  const pr33 = buildModule({
    functions: {
      alloc: { params: ["i32"], results: ["i32"], body: op.i32(4096) },
      evaluate: { ...ENTRY, body: RETURN_VERDICT },
    },
  });

  it("is told from the guest's exports", async () => {
    const levels = [buildGuest(), pr33].map(async (bytes) => {
      await using instance = await runtime.instantiate(await runtime.compile(bytes));
      return instance.abi;
    });

    expect(await Promise.all(levels)).toEqual(["head", "pr33"]);
  });

  it("is the one that was chosen", async () => {
    await using instance = await runtime.instantiate(await runtime.compile(pr33), { abi: "head" });

    expect(instance.abi).toBe("head");
  });

  it("decides which imports exist", async () => {
    const status = {
      params: [],
      result: "i32",
      kind: "sync",
      levels: ["head"],
      handle: () => ({ value: 3 }),
    } as const;
    const guest = buildGuest({
      imports: [{ module: "host", name: "status", results: ["i32"] }],
      evaluate: returnScore32(op.call("status")),
    });
    const registrars = [registrar({ status })];

    expect((await runtime.evaluate(guest, INPUT, { registrars, abi: "head" })).outcome.kind).toBe("returned");
    expect((await runtime.evaluate(guest, INPUT, { registrars, abi: "pr33" })).outcome).toMatchObject({
      kind: "link-failed",
      missing: [{ module: "host", name: "status", type: "() -> i32" }],
    });
  });
});

describe("compiling", () => {
  it("names a module by the SHA-256 of its bytes", async () => {
    const bytes = buildGuest();

    expect((await runtime.compile(bytes)).sha256).toBe(createHash("sha256").update(bytes).digest("hex"));
  });

  it("inspects a module once while it is cached", async () => {
    const bytes = buildGuest({ custom: [{ name: "cached", bytes: new Uint8Array() }] });
    const [first, second] = [await runtime.compile(bytes), await runtime.compile(bytes.slice())];

    expect(second.inspection).toBe(first.inspection);
  });

  it("compiles again for other caps, and both hold", async () => {
    const grow = buildGuest({ evaluate: returnScore32(op.i32(3), op.memoryGrow) });
    const module = await runtime.compile(grow, { maxMemoryBytes: 65_536 });
    const scores = [65_536, 10 * 65_536].map(async (maxMemoryBytes) => {
      const { outcome } = await runtime.evaluate(module, INPUT, { maxMemoryBytes });
      return outcome.kind === "returned" ? outcome.value.score : outcome;
    });

    expect(await Promise.all(scores)).toEqual([-1n, 1n]);
  });

  it("refuses what is no module", async () => {
    expect(await rejectionOf(runtime.compile(Uint8Array.of(1, 2, 3)))).toMatchObject({
      code: "MODULE_REFUSED",
      reason: "invalid",
    });
    expect(await rejectionOf(runtime.compile("module" as unknown as Uint8Array))).toMatchObject({
      code: "INVALID_CONFIG",
      field: "bytes",
    });
  });

  it("keeps a module to the runtime that compiled it", async () => {
    await using other = createRuntime();
    const module = await other.compile(buildGuest());

    expect(await rejectionOf(runtime.evaluate(module, INPUT))).toEqual({ code: "FOREIGN_MODULE" });
  });
});

/** A review found that `validate` was configured apart from `evaluate`, and fell behind it. */
describe("one config object serves evaluate and validate", () => {
  const guest = buildGuest({
    evaluate: [ENDLESS, op.unreachable],
    functions: { validate: { ...VALIDATE, body: [ENDLESS, op.unreachable] } },
  });
  const ways = ["evaluate", "validate"] as const;

  it.each(ways)("%s keeps to its deadline", async (way) => {
    expect((await runtime[way](guest, INPUT, { deadlineMs: 150 })).outcome).toEqual({
      kind: "deadline",
      phase: "call",
      deadlineMs: 150,
    });
  });

  it.each(ways)("%s keeps to its signal", async (way) => {
    const config: InstanceConfig = { signal: AbortSignal.abort() };

    expect((await runtime[way](guest, INPUT, config)).outcome).toEqual({ kind: "cancelled" });
  });

  it.each(ways)("%s keeps to its memory", async (way) => {
    const large = buildGuest({
      memories: [{ minimum: 2 }],
      functions: { validate: { ...VALIDATE, body: op.i32(1) } },
    });

    expect((await runtime[way](large, INPUT, { maxMemoryBytes: 65_536 })).outcome).toEqual({
      kind: "out-of-memory",
      resource: "memory",
      minimumBytes: 131_072,
      maxMemoryBytes: 65_536,
    });
  });

  it.each(ways)("%s refuses a misspelt field", async (way) => {
    const config = { deadlinems: 30 } as unknown as InstanceConfig;

    expect(await rejectionOf(runtime[way](guest, INPUT, config))).toMatchObject({
      code: "INVALID_CONFIG",
      field: "deadlinems",
    });
  });

  it.each(ways)("%s refuses a function that two registrars define, naming both", async (way) => {
    const handle = () => ({});
    const log = { params: [], result: null, kind: "sync", handle } as const;
    const registrars = [registrar({ log }, { name: "first" }), registrar({ log }, { name: "second" })];

    await expect(runtime[way](guest, INPUT, { registrars })).rejects.toThrow(HostInterfaceError);
    await expect(runtime[way](guest, INPUT, { registrars })).rejects.toThrow(/first.*second/);
  });
});

describe("a closed runtime", () => {
  it("does nothing any more, and may be closed again", async () => {
    const closed = createRuntime();
    const module = await closed.compile(buildGuest());
    await closed.close();
    await closed.close();

    expect(await rejectionOf(closed.compile(buildGuest()))).toEqual({ code: "RUNTIME_CLOSED" });
    expect(await rejectionOf(closed.instantiate(module))).toEqual({ code: "RUNTIME_CLOSED" });
    expect(await rejectionOf(closed.evaluate(module, INPUT))).toEqual({ code: "RUNTIME_CLOSED" });
    expect(closed.threads()).toEqual(NO_THREADS);
  });

  it("has ended what ran and refused what waited", async () => {
    const closing = createRuntime({ maxThreads: 1, guestsPerThread: 1 });
    const { promise: started, resolve: start } = Promise.withResolvers<void>();
    const handle = () => {
      start();
      return {};
    };
    const tell = { params: [], result: null, kind: "sync", handle } as const;
    const endless = await closing.compile(
      buildGuest({
        imports: [{ module: "host", name: "tell" }],
        evaluate: [op.call("tell"), ENDLESS, op.unreachable],
      }),
    );
    const registrars = [registrar({ tell })];
    const running = closing.evaluate(endless, INPUT, { registrars });
    await started;
    const waiting = closing.evaluate(endless, INPUT, { registrars });
    const compiling = rejectionOf(closing.compile(buildGuest()));
    while (closing.threads().waiting < 1) await new Promise(setImmediate);
    await closing.close();

    expect((await running).outcome).toEqual({ kind: "cancelled" });
    expect((await waiting).outcome).toEqual({ kind: "cancelled" });
    expect(await compiling).toEqual({ code: "RUNTIME_CLOSED" });
    expect(closing.threads()).toEqual(NO_THREADS);
  });
});
