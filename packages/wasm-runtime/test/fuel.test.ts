import { describe, expect, it } from "vitest";
import type { GuestReport, InstanceConfig } from "../src/index.ts";
import {
  buildGuest,
  type GuestSpec,
  INPUT,
  RETURN_VERDICT,
  returnScore32,
  VERDICT,
} from "./support/guests.ts";
import { registrar } from "./support/hosts.ts";
import { sharedRuntime } from "./support/shared-runtime.ts";
import { type Body, op } from "./support/wasm-builder.ts";

const runtime = sharedRuntime();
const ENDLESS: Body = op.loop(op.br(0));

/** Counts down from `rounds`, in the last local of `evaluate`. */
const countDown = (rounds: number): Body => [
  op.i32(rounds),
  op.set(2),
  op.loop(op.get(2), op.i32(1), op.i32Sub, op.set(2), op.get(2), op.brIf(0)),
];
const counting = (rounds: number): GuestSpec => ({
  locals: ["i32"],
  evaluate: [countDown(rounds), RETURN_VERDICT],
});

function run(spec: GuestSpec, config: InstanceConfig = {}): Promise<GuestReport<unknown>> {
  return runtime.evaluate(buildGuest(spec), INPUT, config);
}

describe("fuel", () => {
  it("is the same for the same module and input, over 20 runs on whatever thread", async () => {
    const reports = await Promise.all(Array.from({ length: 20 }, () => run(counting(100_000))));
    expect(new Set(reports.map(({ fuelUsed }) => fuelUsed)).size).toBe(1);
    expect(reports[0]?.fuelUsed).toBeGreaterThan(100_000);
  });

  it("grows by the same amount for each round of a loop", async () => {
    const used = async (rounds: number) => Number((await run(counting(rounds))).fuelUsed);
    const [ten, twenty, thirty] = [await used(10), await used(20), await used(30)];
    expect(thirty - twenty).toBe(twenty - ten);
  });

  it("is enough when it is what the guest uses, and one less is not", async () => {
    const needed = Number((await run(counting(1_000))).fuelUsed);
    expect((await run(counting(1_000), { fuel: needed })).outcome).toEqual({
      kind: "returned",
      value: VERDICT,
    });
    expect((await run(counting(1_000), { fuel: needed - 20 })).outcome).toEqual({
      kind: "out-of-fuel",
      phase: "call",
      fuel: needed - 20,
    });
  });

  it("ends an endless guest at the same place every time, however long it may take", async () => {
    const config = { fuel: 123_456, deadlineMs: 60_000 };
    const reports = [
      await run({ evaluate: [ENDLESS, op.unreachable] }, config),
      await run({ evaluate: [ENDLESS, op.unreachable] }, config),
    ];
    expect(reports[0]?.outcome).toEqual({ kind: "out-of-fuel", phase: "call", fuel: 123_456 });
    expect(reports[1]?.fuelUsed).toBe(reports[0]?.fuelUsed);
  });

  it("cannot be caught: a guest that catches everything ends all the same", async () => {
    const stubborn = { evaluate: [op.loop(op.tryCatchAll(ENDLESS), op.br(0)), op.unreachable] };
    expect((await run(stubborn, { fuel: 100_000 })).outcome.kind).toBe("out-of-fuel");
  });

  it.each<{ phase: string; spec: GuestSpec }>([
    { phase: "start", spec: { start: "spin", functions: { spin: { body: ENDLESS } } } },
    { phase: "allocate", spec: { allocate: [ENDLESS, op.unreachable] } },
  ])("counts in the phase $phase too", async ({ phase, spec }) => {
    expect((await run(spec, { fuel: 100_000 })).outcome).toEqual({
      kind: "out-of-fuel",
      phase,
      fuel: 100_000,
    });
  });

  it("is charged by length for what fills memory in one instruction", async () => {
    const fill = (bytes: number): GuestSpec => ({
      memories: [{ minimum: 32 }],
      evaluate: [op.i32(65_536), op.i32(1), op.i32(bytes), op.memoryFill, RETURN_VERDICT],
    });
    const used = async (bytes: number) => Number((await run(fill(bytes))).fuelUsed);
    expect((await used(1_000_000)) - (await used(200_000))).toBe(800_000 / 8);
  });

  it("does not run while the guest waits for its host", async () => {
    const used = async (rounds: number) => {
      const handle = async () => {
        for (let turn = 0; turn < rounds; turn += 1) await new Promise(setImmediate);
        return { value: 3 };
      };
      const slow = registrar({ wait: { params: [], result: "i32", kind: "suspending", handle } });
      const imports = [{ module: "host", name: "wait", results: ["i32"] as const }];
      const report = await run({ imports, evaluate: returnScore32(op.call("wait")) }, { registrars: [slow] });
      return report.fuelUsed;
    };
    expect(await used(100)).toBe(await used(0));
  });

  it("is given anew for each call of an instance", async () => {
    const module = await runtime.compile(buildGuest(counting(1_000)));
    await using instance = await runtime.instantiate(module, { fuel: 20_000 });
    const first = await instance.evaluate(INPUT);
    const second = await instance.evaluate(INPUT);
    expect([first, second].map(({ outcome }) => outcome.kind)).toEqual(["returned", "returned"]);
    expect(second.fuelUsed).toBe(first.fuelUsed);
  });

  it("is known of a guest that was ended by its deadline", async () => {
    const report = await run({ evaluate: [ENDLESS, op.unreachable] }, { deadlineMs: 100 });
    expect(report).toMatchObject({ outcome: { kind: "deadline" }, fuelUsed: expect.any(Number) });
  });

  it.each([0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])("of %s is refused", async (fuel) => {
    await expect(run({}, { fuel })).rejects.toMatchObject({
      failure: { code: "INVALID_CONFIG", field: "fuel" },
    });
  });
});
