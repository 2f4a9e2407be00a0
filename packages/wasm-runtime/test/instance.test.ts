import { describe, expect, it } from "vitest";
import type { InstanceConfig } from "../src/defaults.ts";
import type { Instance } from "../src/instance.ts";
import { buildGuest, INPUT, returnScore, VALIDATE } from "./support/guests.ts";
import { aborted, registrar } from "./support/hosts.ts";
import { rejectionOf } from "./support/refusal.ts";
import { sharedRuntime } from "./support/shared-runtime.ts";
import { op } from "./support/wasm-builder.ts";

const runtime = sharedRuntime();

async function instantiate(bytes: Uint8Array, config?: InstanceConfig): Promise<Instance> {
  return runtime.instantiate(await runtime.compile(bytes), config);
}

/** Counts its own calls in a global. */
const COUNTER = buildGuest({
  globals: [{ type: "i64", value: 0n }],
  evaluate: [op.globalGet(0), op.i64(1n), op.i64Add, op.globalSet(0), returnScore(op.globalGet(0))],
  functions: { validate: { ...VALIDATE, body: op.i32(1) } },
});

const TRAPPING = buildGuest({ evaluate: op.unreachable });

/** Waits in a host function until its guest ends. */
function waitingGuest() {
  const { promise: entered, resolve: enter } = Promise.withResolvers<void>();
  const handle = async ({ signal }: { readonly signal: AbortSignal }) => {
    enter();
    await aborted(signal);
    return {};
  };
  const bytes = buildGuest({
    imports: [{ module: "host", name: "wait" }],
    evaluate: [op.call("wait"), op.unreachable],
  });
  return {
    bytes,
    entered,
    registrars: [registrar({ wait: { params: [], result: null, kind: "suspending", handle } })],
  };
}

describe("an instance", () => {
  it("keeps the guest's state from call to call", async () => {
    await using instance = await instantiate(COUNTER);
    const scores: unknown[] = [];
    for (let call = 0; call < 3; call++) {
      const { outcome } = await instance.evaluate(INPUT);
      scores.push(outcome.kind === "returned" && outcome.value.score);
    }

    expect(scores).toEqual([1n, 2n, 3n]);
    expect((await instance.validate(INPUT)).outcome).toEqual({ kind: "returned", value: true });
  });

  it("shares no state with another of the same module, nor with one before it on its thread", async () => {
    const module = await runtime.compile(COUNTER);
    await using first = await runtime.instantiate(module);
    await first.evaluate(INPUT);
    await using second = await runtime.instantiate(module);
    expect((await second.evaluate(INPUT)).outcome).toMatchObject({ value: { score: 1n } });
    await first.close();
    await second.close();

    expect((await runtime.evaluate(module, INPUT)).outcome).toMatchObject({ value: { score: 1n } });
  });

  it("takes no thread before its first call, and gives it back when it is closed", async () => {
    const { busy } = runtime.threads();
    const instance = await instantiate(COUNTER);
    expect(runtime.threads().busy).toBe(busy);
    await instance.evaluate(INPUT);
    expect(runtime.threads().busy).toBe(busy + 1);
    await instance.close();

    expect(runtime.threads().busy).toBe(busy);
  });

  it("refuses a second call while the first one runs, and finishes the first", async () => {
    await using instance = await instantiate(COUNTER);
    const first = instance.evaluate(INPUT);

    expect(await rejectionOf(instance.evaluate(INPUT))).toEqual({ code: "CALL_IN_PROGRESS" });
    expect(await rejectionOf(instance.validate(INPUT))).toEqual({ code: "CALL_IN_PROGRESS" });
    expect((await first).outcome).toMatchObject({ value: { score: 1n } });
    expect((await instance.evaluate(INPUT)).outcome).toMatchObject({ value: { score: 2n } });
  });

  it("cannot be called again once its guest has trapped", async () => {
    await using instance = await instantiate(TRAPPING);
    await instance.evaluate(INPUT);

    expect(await rejectionOf(instance.evaluate(INPUT))).toEqual({ code: "INSTANCE_ENDED", outcome: "trap" });
  });

  it("cannot be called once closed, and may be closed again", async () => {
    const instance = await instantiate(COUNTER);
    await instance.evaluate(INPUT);
    await instance.close();
    await instance.close();

    expect(await rejectionOf(instance.evaluate(INPUT))).toEqual({ code: "INSTANCE_CLOSED" });
  });
});

describe("a running call is cancelled", () => {
  it("by closing its instance: the handler hears of it, and close waits for both", async () => {
    const { bytes, entered, registrars } = waitingGuest();
    const instance = await instantiate(bytes, { registrars });
    const call = instance.evaluate(INPUT);
    await entered;
    await instance.close();

    expect((await call).outcome).toEqual({ kind: "cancelled" });
    expect(runtime.threads().busy).toBe(0);
  });

  it("by the signal of its config", async () => {
    const { bytes, entered, registrars } = waitingGuest();
    const controller = new AbortController();
    const call = runtime.evaluate(bytes, INPUT, { registrars, signal: controller.signal });
    await entered;
    controller.abort();

    expect((await call).outcome).toEqual({ kind: "cancelled" });
  });

  it("by a signal that was aborted before: then nothing runs", async () => {
    const { bytes, registrars } = waitingGuest();
    const report = await runtime.evaluate(bytes, INPUT, { registrars, signal: AbortSignal.abort() });

    expect(report).toMatchObject({
      outcome: { kind: "cancelled" },
      memoryPeakBytes: 0,
      fuelUsed: 0,
      durationMs: 0,
    });
  });
});
