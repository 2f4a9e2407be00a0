import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ModuleStore, RuntimeConfig } from "../src/index.ts";
import { createRuntime } from "../src/runtime.ts";
import { decodeStoredModule, encodeStoredModule } from "../src/stored-module.ts";
import { buildGuest, INPUT, returnScore, VERDICT } from "./support/guests.ts";
import { op } from "./support/wasm-builder.ts";

/** A store that notes what is asked of it. */
function recordingStore() {
  const entries = new Map<string, Uint8Array>();
  const log: string[] = [];
  const store: ModuleStore = {
    async get(key) {
      log.push(entries.has(key) ? "hit" : "miss");
      return entries.get(key) ?? null;
    },
    async put(key, entry) {
      log.push("put");
      entries.set(key, entry);
    },
  };
  return { store, entries, log };
}

async function evaluateOnce(bytes: Uint8Array, config: RuntimeConfig, deterministic = false) {
  await using runtime = createRuntime(config);
  return await runtime.evaluate(bytes, INPUT, { deterministic });
}

describe("a module store", () => {
  it("spares the next process the rewrite, and the guest does not notice", async () => {
    const { store, log } = recordingStore();
    const guest = buildGuest({ evaluate: returnScore(op.i64(5n)) });
    const reports = [
      await evaluateOnce(guest, { moduleStore: store }),
      await evaluateOnce(guest, { moduleStore: store }),
    ];

    expect(log).toEqual(["miss", "put", "hit"]);
    expect(reports[1]?.outcome).toEqual(reports[0]?.outcome);
    expect(reports[1]?.fuelUsed).toBe(reports[0]?.fuelUsed);
  });

  it("keeps apart what was made for other limits or another processor", async () => {
    const { store, entries } = recordingStore();
    const guest = buildGuest();
    await evaluateOnce(guest, { moduleStore: store });
    await evaluateOnce(guest, { moduleStore: store }, true);
    await evaluateOnce(guest, { moduleStore: store, moduleLimits: { maxImports: 7 } });

    expect(entries.size).toBe(3);
    for (const key of entries.keys()) expect(key).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    { name: "is empty", entry: new Uint8Array() },
    { name: "is no module", entry: encodeStoredModule({ ...anyStored(), bytes: Uint8Array.of(1, 2, 3) }) },
    { name: "names a header beyond its end", entry: Uint8Array.of(255, 255, 255, 255, 0) },
  ])("that gives an entry that $name costs time, and nothing else", async ({ entry }) => {
    const { store, log } = recordingStore();
    const giving = { ...store, get: async () => entry };

    expect((await evaluateOnce(buildGuest(), { moduleStore: giving })).outcome).toEqual({
      kind: "returned",
      value: VERDICT,
    });
    expect(log).toEqual(["put"]);
  });

  it("gets no module that is refused", async () => {
    const { store, log } = recordingStore();
    const config = { moduleStore: store, moduleLimits: { maxExports: 1 } };

    await expect(evaluateOnce(buildGuest(), config)).rejects.toMatchObject({
      failure: { code: "MODULE_REFUSED" },
    });
    expect(log).toEqual(["miss"]);
  });

  it("has everything when its runtime has closed", async () => {
    const { store } = recordingStore();
    let written = false;
    const { promise: mayWrite, resolve: write } = Promise.withResolvers<void>();
    const slow: ModuleStore = {
      ...store,
      async put() {
        await mayWrite;
        written = true;
      },
    };
    const runtime = createRuntime({ moduleStore: slow });
    await runtime.compile(buildGuest());
    const closed = runtime.close();
    write();
    await closed;

    expect(written).toBe(true);
  });
});

it("a stored module comes back as it was, whatever lies before it in memory", () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.nat(9), (bytes, offset) => {
      const stored = { ...anyStored(), bytes };
      const entry = encodeStoredModule(stored);
      const moved = new Uint8Array(entry.length + offset);
      moved.set(entry, offset);
      const decoded = decodeStoredModule(moved.subarray(offset));
      expect({ ...decoded, bytes: new Uint8Array(decoded.bytes) }).toEqual(stored);
    }),
  );
});

function anyStored() {
  const names = {
    yieldImport: { module: "assay", name: "yield" },
    memoryImport: null,
    fuelExport: "f",
    stackExport: "s",
    growthFailedExport: "g",
    startExport: null,
  };
  const inspection = {
    sizeBytes: 8,
    imports: [],
    exports: [{ name: "é\u0000", kind: "memory" as const }],
    memory: { minimum: 1, maximum: null },
    tables: [],
    hasStart: false,
    counts: { types: 0, functions: 0, globals: 0, tags: 0, elementSegments: 0, dataSegments: 0 },
    customSections: [],
    features: [],
  };
  return {
    inspection,
    facts: { names, maxStackBytes: 1, importedFunctions: 0, code: { key: "k", bytes: 1 } },
    bytes: new Uint8Array(),
  };
}
