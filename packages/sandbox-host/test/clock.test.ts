import { FUEL_PER_VIRTUAL_MS } from "@assay/host-interface";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SandboxClock } from "../src/clock.ts";
import type { SandboxHostError } from "../src/errors.ts";
import type { SandboxHost } from "../src/registrar.ts";
import { createFakeExecutor, processResult } from "./support/fake-executor.ts";
import { call, exec, request } from "./support/guest.ts";
import { createTestHost } from "./support/host.ts";
import { prepared } from "./support/policy.ts";

const policy = await prepared({ allowedCommands: ["cat"] });
const START = 1_700_000_000_000;
const MS = FUEL_PER_VIRTUAL_MS;

const timestamp = async (host: SandboxHost, fuelUsed: number) =>
  (await call(host, "get_timestamp", [], { fuelUsed })).value;

const told = async (host: SandboxHost) => {
  const answer = await exec(host, { command: "cat" });
  return answer.ok ? answer.durationMs : answer.error;
};

describe("a clock that advances by fuel", () => {
  const clock = { mode: "deterministic", timestampMs: START, advance: "fuel" } as const;

  it("is as many milliseconds on as the guest has used millions of fuel, ten each, rounded down", async () => {
    const { host } = createTestHost(policy, { clock });
    expect(await timestamp(host, 0)).toBe(BigInt(START));
    expect(await timestamp(host, MS - 1)).toBe(BigInt(START));
    expect(await timestamp(host, MS)).toBe(BigInt(START + 1));
    expect(await timestamp(host, 1234 * MS + 1)).toBe(BigInt(START + 1234));
  });

  it("tells a duration of 0 for each command, and is not moved by one", async () => {
    const executor = createFakeExecutor((plan) => processResult(plan, { durationMs: 4711 }));
    const { host } = createTestHost(policy, { clock, executor });
    expect(await told(host)).toBe(0n);
    expect(await timestamp(host, 0)).toBe(BigInt(START));
  });

  it("stands still in a second call until its fuel has caught up with the first", async () => {
    const { host } = createTestHost(policy, { clock });
    expect(await timestamp(host, 5 * MS)).toBe(BigInt(START + 5));
    expect(await timestamp(host, MS)).toBe(BigInt(START + 5));
    expect(await timestamp(host, 6 * MS)).toBe(BigInt(START + 6));
  });

  it("begins anew after a reset", async () => {
    const recorded = { ...clock, recordedDurationsMs: [10] };
    const { host } = createTestHost(policy, { clock: recorded });
    const evaluation = async () => [await told(host), await timestamp(host, 3 * MS)];
    const first = await evaluation();
    await host.reset();
    expect(first).toEqual([10n, BigInt(START + 13)]);
    expect(await evaluation()).toEqual(first);
  });

  it("tells recorded durations in the order in which commands ran, 0 after the last, and is moved by each", async () => {
    const { host } = createTestHost(policy, { clock: { ...clock, recordedDurationsMs: [7, 0, 30] } });
    const steps = [];
    for (let step = 0; step < 4; step++) steps.push([await told(host), await timestamp(host, MS)]);
    const after = (ms: number) => BigInt(START + 1 + ms);
    expect(steps).toEqual([
      [7n, after(7)],
      [0n, after(7)],
      [30n, after(37)],
      [0n, after(37)],
    ]);
  });

  it("takes the recorded duration of a command that timed out, whose answer has none", async () => {
    const outcomes = [{ kind: "timed-out", timeoutMs: 30_000 } as const, undefined];
    const executor = createFakeExecutor((plan) => {
      const outcome = outcomes.shift();
      return processResult(plan, outcome === undefined ? {} : { outcome });
    });
    const recorded = { ...clock, recordedDurationsMs: [30_000, 5] };
    const { host } = createTestHost(policy, { clock: recorded, executor });
    expect(await told(host)).toEqual({ kind: "timeout", timeoutMs: 30_000n });
    expect(await timestamp(host, 0)).toBe(BigInt(START + 30_000));
    expect(await told(host)).toBe(5n);
  });

  it("is not moved by a command that was denied, nor by an answer that is given once more", async () => {
    const { host } = createTestHost(policy, { clock: { ...clock, recordedDurationsMs: [7, 8] } });
    await exec(host, { command: "ls" });
    expect(await timestamp(host, 0)).toBe(BigInt(START));
    const bytes = { ok: true, bytes: request("head", { command: "cat" }) } as const;
    await call(host, "sandbox_exec", [bytes, { pointer: 0, capacity: 1, inBounds: true }]);
    await call(host, "sandbox_exec", [bytes, { pointer: 0, capacity: 1000, inBounds: true }]);
    expect(await timestamp(host, 0)).toBe(BigInt(START + 7));
  });

  it("keeps its own copy of what was recorded", async () => {
    const recordedDurationsMs = [7];
    const { host } = createTestHost(policy, { clock: { ...clock, recordedDurationsMs } });
    recordedDurationsMs[0] = 8;
    expect(await told(host)).toBe(7n);
  });

  const durations = fc.array(fc.nat({ max: 2 ** 40 }), { maxLength: 5 });
  const steps = fc.array(fc.oneof(fc.maxSafeNat(), fc.constant("command" as const)), { maxLength: 12 });

  it("never goes back, stays in an i64, and is the same for the same fuel and answers", async () => {
    const timestampMs = fc.maxSafeInteger().map((start) => start - 5 * 2 ** 40);
    const clocks = fc.tuple(timestampMs.filter(Number.isSafeInteger), durations);
    await fc.assert(
      fc.asyncProperty(clocks, steps, async ([start, recordedDurationsMs], walk) => {
        const run = async (measuredMs: number) => {
          const executor = createFakeExecutor((plan) => processResult(plan, { durationMs: measuredMs }));
          const walked: SandboxClock = { ...clock, timestampMs: start, recordedDurationsMs };
          const { host } = createTestHost(policy, { clock: walked, executor });
          const seen = [];
          for (const step of walk)
            seen.push(step === "command" ? await told(host) : await timestamp(host, step));
          return seen;
        };
        const seen = await run(1);
        expect(await run(999)).toEqual(seen);
        const times = seen.filter((_, index) => walk[index] !== "command") as bigint[];
        expect(times.every((time, index) => index === 0 || time >= (times[index - 1] ?? 0n))).toBe(true);
        expect(times.every((time) => time >= BigInt(start) && time < 2n ** 63n)).toBe(true);
      }),
    );
  });

  it("is the sum of its start, the most fuel so far, and what was told", async () => {
    await fc.assert(
      fc.asyncProperty(durations, steps, async (recordedDurationsMs, walk) => {
        const { host } = createTestHost(policy, { clock: { ...clock, recordedDurationsMs } });
        let mostFuel = 0;
        let toldMs = 0n;
        for (const step of walk) {
          if (step === "command") {
            const duration = await told(host);
            if (typeof duration === "bigint") toldMs += duration;
          } else {
            mostFuel = Math.max(mostFuel, step);
            const expected = BigInt(START) + BigInt(mostFuel) / BigInt(MS) + toldMs;
            expect(await timestamp(host, step)).toBe(expected);
          }
        }
      }),
    );
  });
});

describe("a clock that is refused when the host is made", () => {
  const deterministic = { mode: "deterministic", timestampMs: START };
  const fuel = { ...deterministic, advance: "fuel" };

  it.each([
    { name: "an unknown mode", clock: { mode: "fake" }, field: "mode" },
    { name: "an unknown way to advance", clock: { ...deterministic, advance: "fast" }, field: "advance" },
    {
      name: "durations while it stands still",
      clock: { ...deterministic, recordedDurationsMs: [1] },
      field: "recordedDurationsMs",
    },
    {
      name: "a fraction of a millisecond",
      clock: { ...fuel, recordedDurationsMs: [1.5] },
      field: "recordedDurationsMs",
    },
    {
      name: "a duration below 0",
      clock: { ...fuel, recordedDurationsMs: [0, -1] },
      field: "recordedDurationsMs",
    },
    {
      name: "no number",
      clock: { ...fuel, recordedDurationsMs: [Number.NaN] },
      field: "recordedDurationsMs",
    },
    {
      name: "durations that end past the safe integers",
      clock: { ...fuel, timestampMs: 2 ** 53 - 2, recordedDurationsMs: [1, 1] },
      field: "recordedDurationsMs",
    },
  ])("has $name", ({ clock, field }) => {
    let failure: SandboxHostError["failure"] | null = null;
    try {
      createTestHost(policy, { clock: clock as SandboxClock });
    } catch (error) {
      failure = (error as SandboxHostError).failure;
    }
    expect(failure).toMatchObject({ code: "CLOCK_INVALID", field });
  });

  it("allows durations that end at the last safe integer", () => {
    const clock = { ...fuel, timestampMs: 2 ** 53 - 2, recordedDurationsMs: [1] } as SandboxClock;
    expect(() => createTestHost(policy, { clock })).not.toThrow();
  });
});
