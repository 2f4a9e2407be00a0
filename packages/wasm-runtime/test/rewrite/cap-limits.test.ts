import { describe, expect, it } from "vitest";
import { inspectModule } from "../../src/inspect.ts";
import { capLimits, type ResourceCaps } from "../../src/rewrite/cap-limits.ts";
import { buildModule, type LimitsSpec } from "../support/wasm-builder.ts";

const PAGE = 65_536;
const CAPS: ResourceCaps = { maxMemoryBytes: 4 * PAGE, maxTableElements: 100 };

function capped(bytes: Uint8Array, caps = CAPS): Uint8Array {
  const result = capLimits(bytes, caps);
  if (!result.ok) throw new Error("exceeded");
  return result.bytes;
}

describe("a memory's maximum", () => {
  it.each<{ name: string; memory: LimitsSpec; maximum: number }>([
    { name: "is set where the module has none", memory: { minimum: 1 }, maximum: 4 },
    { name: "is lowered to the cap", memory: { minimum: 1, maximum: 65_536 }, maximum: 4 },
    { name: "is left where it is lower", memory: { minimum: 1, maximum: 3 }, maximum: 3 },
    { name: "may be the minimum", memory: { minimum: 4 }, maximum: 4 },
  ])("$name", ({ memory, maximum }) => {
    const { memory: result } = inspectModule(capped(buildModule({ memories: [memory] })));

    expect(result).toEqual({ minimum: memory.minimum, maximum });
  });

  it("is whole pages: what is left of the cap is not used", () => {
    const bytes = capped(buildModule({}), { ...CAPS, maxMemoryBytes: 2 * PAGE - 1 });

    expect(inspectModule(bytes).memory?.maximum).toBe(1);
  });

  it("cannot be below the minimum: both numbers are told", () => {
    expect(capLimits(buildModule({ memories: [{ minimum: 5 }] }), CAPS)).toEqual({
      ok: false,
      exceeded: { resource: "memory", minimumBytes: 5 * PAGE, maxMemoryBytes: 4 * PAGE },
    });
  });
});

describe("tables' maxima", () => {
  it.each<{ name: string; tables: readonly LimitsSpec[]; maxima: readonly number[] }>([
    { name: "of one table are the cap", tables: [{ minimum: 10 }], maxima: [100] },
    { name: "are left where they are lower", tables: [{ minimum: 10, maximum: 20 }], maxima: [20] },
    { name: "share the cap", tables: [{ minimum: 10 }, { minimum: 0 }], maxima: [55, 45] },
    {
      name: "share the cap however many there are",
      tables: Array.from({ length: 64 }, () => ({ minimum: 1 })),
      maxima: Array.from({ length: 64 }, () => 1),
    },
  ])("$name", ({ tables, maxima }) => {
    const { tables: result } = inspectModule(capped(buildModule({ tables })));

    expect(result.map(({ limits }) => limits.maximum)).toEqual(maxima);
  });

  it("cannot be below the minima: both numbers are told", () => {
    expect(capLimits(buildModule({ tables: [{ minimum: 60 }, { minimum: 41 }] }), CAPS)).toEqual({
      ok: false,
      exceeded: { resource: "table", minimumElements: 101, maxTableElements: 100 },
    });
  });
});

it("leaves a module without memory and tables as it is", () => {
  const bytes = buildModule({ memories: [] });

  expect(capLimits(bytes, CAPS)).toEqual({ ok: true, bytes });
});

it("changes nothing in a module that is within its caps", () => {
  const bytes = buildModule({ memories: [{ minimum: 1, maximum: 2 }], tables: [{ minimum: 0, maximum: 1 }] });

  expect(capped(bytes)).toEqual(bytes);
});
