import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMetering } from "../../src/guest/metering.ts";
import type { Executable } from "../../src/protocol.ts";
import { type WasmImports, webAssembly } from "../../src/webassembly.ts";
import { buildModule, op } from "../support/wasm-builder.ts";

const names = {
  yieldImport: { module: "m", name: "yield" },
  fuelExport: "fuel",
  stackExport: "stack",
  startExport: null,
};
const executable = { names, maxStackBytes: 4_096, importedFunctions: 0, module: {} } as unknown as Executable;
const ENDED = new Error("trap");

/**
 * A guest as the rewrite makes it, as far as its meter goes: it asks for more below 0, before each of its steps, and goes
 * on with what it is given.
 */
function metered(budget: number, sliceFuel: () => number) {
  let slices = 0;
  const metering = createMetering(executable, {
    sliceFuel,
    sliceEnded: async () => {
      slices += 1;
    },
    budgetEnded: () => Promise.reject(ENDED),
  });
  // The import is called from a guest, as only one can call it.
  const caller = buildModule({
    imports: [{ module: "m", name: "yield", params: ["i64"], results: ["i64"] }],
    memories: [],
    functions: { ask: { params: ["i64"], results: ["i64"], body: [op.get(0), op.call("yield")] } },
  });
  const imports: WasmImports = {};
  metering.addTo(imports);
  const { exports } = new webAssembly.Instance(new webAssembly.Module(caller), imports);
  const ask = webAssembly.promising(exports["ask"] as never) as (left: bigint) => Promise<bigint>;
  const fuel = { value: 0n };
  metering.attach({ fuel, stack: { value: 0 } });
  metering.grant(budget);

  /** @returns how many steps were begun. */
  async function run(costs: readonly number[]): Promise<number> {
    for (const [step, cost] of costs.entries()) {
      while (fuel.value < 0n) {
        try {
          fuel.value = await ask(fuel.value);
        } catch (thrown) {
          expect(thrown).toBe(ENDED);
          return step;
        }
      }
      fuel.value -= BigInt(cost);
    }
    return costs.length;
  }
  return { metering, run, slices: () => slices };
}

describe("a budget", () => {
  it("ends a guest at the same place for any slices, and never later than its last step is long", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 500 }),
        fc.array(fc.oneof(fc.nat(5), fc.nat(400)), { maxLength: 60 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 90 })),
        async (budget, costs, sizes) => {
          const whole = metered(budget, () => budget);
          const sliced = metered(budget, () => sizes.next().value as number);
          const [steps, slicedSteps] = [await whole.run(costs), await sliced.run(costs)];
          const used = costs.slice(0, steps).reduce((sum, cost) => sum + cost, 0);
          const withoutLast = used - (costs[steps - 1] ?? 0);

          expect(slicedSteps).toBe(steps);
          expect(sliced.metering.fuelUsed()).toBe(used);
          expect(whole.metering.fuelUsed()).toBe(used);
          // A step begins only while something is left, or just nothing.
          expect(withoutLast).toBeLessThanOrEqual(budget);
          expect(steps === costs.length || used > budget).toBe(true);
        },
      ),
    );
  });

  it("is cut into slices, of which the last is what is left", async () => {
    const { metering, run, slices } = metered(10, () => 4);
    expect(await run(Array.from({ length: 100 }, () => 1))).toBe(11);

    expect(metering.fuelUsed()).toBe(11);
    expect(slices()).toBe(2);
  });

  it("pays at once for what is more than a slice", async () => {
    const { run, slices } = metered(1_000_000, () => 10);
    expect(await run([500_000, 1])).toBe(2);

    expect(slices()).toBe(1);
  });

  it("is granted anew for the next call, and what was used before is forgotten", async () => {
    const { metering, run } = metered(5, () => 5);
    await run([3]);
    metering.grant(7);

    expect(metering.fuelUsed()).toBe(0);
    expect(await run(Array.from({ length: 100 }, () => 1))).toBe(8);
  });
});

it("the stack is whole again before every export, and used up below 0", () => {
  const { metering } = metered(1, () => 1);
  const stack = { value: 0 };
  metering.attach({ fuel: { value: 0n }, stack });
  metering.enterExport();
  expect(stack.value).toBe(4_096);
  expect(metering.stackExhausted()).toBe(false);
  stack.value = -1;

  expect(metering.stackExhausted()).toBe(true);
});
