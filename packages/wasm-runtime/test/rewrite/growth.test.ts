import { describe, expect, it } from "vitest";
import { capLimits } from "../../src/rewrite/cap-limits.ts";
import type { RewrittenModule } from "../../src/rewrite/rewrite.ts";
import { engine, type Guest, globalOf, meteredGuest, rewritten } from "../support/rewritten.ts";
import { type Body, buildModule, type LimitsSpec, op } from "../support/wasm-builder.ts";

const PAGE = 65_536;

/** `memory(n)` and `table(n)`, of the second table, grow by `n`; what they catch they ignore. */
function growing(memory: LimitsSpec, table: LimitsSpec): RewrittenModule {
  const stubborn = (...body: Body): Body => [op.tryCatchAll(body, op.set(1)), op.get(1)];
  const shape = { params: ["i32"], results: ["i32"], locals: ["i32"] } as const;
  return rewritten(
    buildModule({
      memories: [memory],
      tables: [{ minimum: 0 }, table],
      functions: {
        memory: { ...shape, body: stubborn(op.get(0), op.memoryGrow) },
        table: { ...shape, body: stubborn(op.refNull, op.get(0), op.tableGrow(1)) },
      },
      memoryExport: false,
    }),
  );
}

const failed = (guest: Guest, { names }: RewrittenModule) =>
  globalOf(guest.exports, names.growthFailedExport).value;

describe("a growth past the maximum answers -1", () => {
  it.each<{ name: string; memory: LimitsSpec; table: LimitsSpec; pages: number; elements: number }>([
    {
      name: "that the module declares",
      memory: { minimum: 1, maximum: 4 },
      table: { minimum: 1, maximum: 40 },
      pages: 3,
      elements: 39,
    },
    {
      name: "that the JavaScript API has, for a memory",
      memory: { minimum: 65_530 },
      table: { minimum: 1, maximum: 2 },
      pages: 6,
      elements: 1,
    },
    {
      name: "that the JavaScript API has, for a table",
      memory: { minimum: 1, maximum: 2 },
      table: { minimum: 9_999_990, maximum: 20_000_000 },
      pages: 1,
      elements: 10,
    },
  ])("$name", ({ memory, table, pages, elements }) => {
    const module = growing(memory, table);
    const guest = meteredGuest(module);

    expect(guest.call("memory", pages + 1)).toEqual({ returned: -1 });
    expect(guest.call("memory", -1)).toEqual({ returned: -1 });
    expect(guest.call("memory", pages)).toEqual({ returned: memory.minimum });
    expect(guest.call("memory", 1)).toEqual({ returned: -1 });
    expect(guest.call("table", elements + 1)).toEqual({ returned: -1 });
    expect(guest.call("table", -1)).toEqual({ returned: -1 });
    expect(guest.call("table", elements)).toEqual({ returned: table.minimum });
    expect(guest.call("table", 1)).toEqual({ returned: -1 });
    expect(failed(guest, module)).toBe(0);
  });
});

describe("a growth that the host has no room for", () => {
  // A host with less room than the module may have: its maxima are lowered behind the rewrite's back.
  const module = growing({ minimum: 1, maximum: 100 }, { minimum: 1, maximum: 100 });
  const poor = capLimits(module.bytes, { maxMemoryBytes: 3 * PAGE, maxTableElements: 5 });
  if (!poor.ok) throw new Error("exceeded");
  const guestOf = () => meteredGuest({ ...module, bytes: poor.bytes });

  it.each(["memory", "table"])("ends the guest, in a way that it cannot catch: %s.grow", (grow) => {
    const guest = guestOf();

    expect(guest.call(grow, 2)).toEqual({ returned: 1 });
    expect(guest.call(grow, 50)).toEqual({ trapped: "unreachable" });
    expect(failed(guest, module)).toBe(1);
  });

  it.each(["memory", "table"])("is told from one that nobody has room for: %s.grow", (grow) => {
    const guest = guestOf();

    expect(guest.call(grow, 100)).toEqual({ returned: -1 });
    expect(failed(guest, module)).toBe(0);
    expect(guest.call(grow, 99)).toEqual({ trapped: "unreachable" });
  });

  it("is no matter of who declares the memory: one that is imported is held to what the import declares", () => {
    const importing = rewritten(
      buildModule({
        imports: [{ module: "host", name: "memory", memory: { minimum: 1, maximum: 9 } }],
        memories: [],
        functions: { memory: { params: ["i32"], results: ["i32"], body: [op.get(0), op.memoryGrow] } },
      }),
    );
    const guest = meteredGuest(importing, {
      host: { memory: new engine.Memory({ initial: 1, maximum: 2 }) },
    });

    expect(guest.call("memory", 9)).toEqual({ returned: -1 });
    expect(guest.call("memory", 2)).toEqual({ trapped: "unreachable" });
    expect(failed(guest, importing)).toBe(1);
  });
});
