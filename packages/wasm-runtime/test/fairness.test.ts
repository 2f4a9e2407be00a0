import { describe, expect, it } from "vitest";
import { createRuntime } from "../src/runtime.ts";
import { buildGuest, INPUT, returnScore } from "./support/guests.ts";
import { registrar } from "./support/hosts.ts";
import { type Body, op } from "./support/wasm-builder.ts";

/** A thousand turns of a guest that does nothing else. */
const SLICE_FUEL = 100_000;
const SPINNING_FUEL = 1_000 * SLICE_FUEL;

const spinning = buildGuest({ evaluate: [op.loop(op.br(0)), op.unreachable] });
const talking = (...rest: Body) =>
  buildGuest({ imports: [{ module: "host", name: "talk" }], evaluate: [op.call("talk"), ...rest] });
const forever = talking(op.loop(op.call("talk"), op.br(0)), op.unreachable);

function host() {
  let talks = 0;
  const handle = () => {
    talks += 1;
    return {};
  };
  const registrars = [registrar({ talk: { params: [], result: null, kind: "suspending", handle } })];
  return { registrars, talks: () => talks };
}

describe("one thread for guests that loop and guests that talk to their host", () => {
  it("lets neither keep the other from its turns", async () => {
    await using runtime = createRuntime({ maxThreads: 1, slice: { fuel: SLICE_FUEL } });
    const [spins, talks] = await Promise.all([runtime.compile(spinning), runtime.compile(forever)]);
    const { registrars, talks: heard } = host();
    const controller = new AbortController();
    const { signal } = controller;
    const talkers = Array.from({ length: 10 }, () => runtime.evaluate(talks, INPUT, { registrars, signal }));
    while (heard() < 10) await new Promise(setImmediate);
    const before = heard();
    const spinners = await Promise.all(
      Array.from({ length: 3 }, () => runtime.evaluate(spins, INPUT, { fuel: SPINNING_FUEL })),
    );
    const during = heard() - before;
    controller.abort();
    const ended = await Promise.all(talkers);

    expect(spinners.map(({ outcome }) => outcome.kind)).toEqual([
      "out-of-fuel",
      "out-of-fuel",
      "out-of-fuel",
    ]);
    for (const { slices } of spinners) expect(slices).toBeGreaterThanOrEqual(1_000);
    expect(during).toBeGreaterThan(100);
    expect(new Set(ended.map(({ outcome }) => outcome.kind))).toEqual(new Set(["cancelled"]));
  });

  it("serves one that talks once while three hundred loop", async () => {
    await using runtime = createRuntime({ maxThreads: 1, guestsPerThread: 400 });
    const limits = { maxMemoryBytes: 65_536 };
    const spins = await runtime.compile(spinning, limits);
    const once = await runtime.compile(talking(returnScore(op.i64(1n))), limits);
    const controller = new AbortController();
    const { signal } = controller;
    const spinners = Array.from({ length: 300 }, () => runtime.evaluate(spins, INPUT, { ...limits, signal }));
    while (runtime.threads().guests < 300) await new Promise(setImmediate);
    const { registrars } = host();
    const { outcome } = await runtime.evaluate(once, INPUT, { ...limits, registrars });
    expect(outcome.kind).toBe("returned");
    expect(runtime.threads().guests).toBe(300);
    controller.abort();

    expect(new Set((await Promise.all(spinners)).map((each) => each.outcome.kind))).toEqual(
      new Set(["cancelled"]),
    );
  });
});
