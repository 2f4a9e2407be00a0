import type { HostFunctionHandler } from "@assay/host-interface";
import { describe, expect, it } from "vitest";
import { createRuntime } from "../src/runtime.ts";
import { buildGuest, INPUT, returnScore, returnScore32 } from "./support/guests.ts";
import { aborted, registrar } from "./support/hosts.ts";
import { op } from "./support/wasm-builder.ts";

const PAGE = 65_536;
const HUGE_PAGES = 8_192;

const FILLED_BYTES = (HUGE_PAGES - 1) * PAGE;

/** Fills 512 MiB but for its first page in one instruction, which nothing can interrupt. */
const filling = buildGuest({
  memories: [{ minimum: HUGE_PAGES }],
  evaluate: [op.i32(PAGE), op.i32(1), op.i32(FILLED_BYTES), op.memoryFill, returnScore(op.i64(1n))],
});
/** Asks its host twice, and returns the sum of both answers. */
const asking = buildGuest({
  imports: [{ module: "host", name: "ask", results: ["i32"] }],
  evaluate: returnScore32(op.call("ask"), op.call("ask"), op.i32Add),
});

function askedWith(handle: HostFunctionHandler) {
  return [registrar({ ask: { params: [], result: "i32", kind: "suspending", handle } })];
}

describe("a guest that keeps its thread from everything else", () => {
  it("is ended, and fails by that name; others on its thread are run again, and never notice", async () => {
    await using runtime = createRuntime({ maxThreads: 1, maxStallMs: 40 });
    const [huge, small] = await Promise.all([runtime.compile(filling), runtime.compile(asking)]);
    const { promise: stalled, resolve: stall } = Promise.withResolvers<void>();
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
    const answers: number[] = [];
    const registrars = askedWith(async () => {
      answers.push(answers.length + 1);
      // The second answer is not there when the thread goes.
      if (answers.length === 2) {
        ask();
        await stalled;
      }
      return { value: answers.length * 10 };
    });
    const innocent = runtime.evaluate(small, INPUT, { registrars });
    await asked;
    const guilty = await runtime.evaluate(huge, INPUT);
    stall();
    const { outcome, ...measured } = await innocent;

    expect(guilty).toMatchObject({
      outcome: { kind: "unresponsive", phase: "call", maxStallMs: 40 },
      memoryPeakBytes: HUGE_PAGES * PAGE,
      fuelUsed: null,
      slices: null,
      cpuTimeMs: null,
    });
    expect(outcome).toMatchObject({ kind: "returned", value: { score: 30n } });
    expect(answers).toEqual([1, 2]);
    expect(measured.fuelUsed).toBeGreaterThan(0);
    expect(runtime.threads()).toMatchObject({ busy: 0, guests: 0, waiting: 0 });
  });

  it("is not disturbed where it may take that long", async () => {
    await using runtime = createRuntime({ maxThreads: 1, maxStallMs: 60_000 });

    expect((await runtime.evaluate(filling, INPUT)).outcome.kind).toBe("returned");
  });

  it("fails by its deadline where that passed first", async () => {
    await using runtime = createRuntime({ maxThreads: 1, maxStallMs: 40 });
    const { outcome } = await runtime.evaluate(filling, INPUT, { deadlineMs: 5 });

    expect(outcome).toMatchObject({ kind: "deadline", deadlineMs: 5 });
  });

  it("brings down with it an instance that was called before, which is told so", async () => {
    await using runtime = createRuntime({ maxThreads: 1, maxStallMs: 40 });
    const [huge, small] = await Promise.all([runtime.compile(filling), runtime.compile(asking)]);
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
    const { promise: stalled, resolve: stall } = Promise.withResolvers<void>();
    let calls = 0;
    const registrars = askedWith(async () => {
      calls += 1;
      if (calls === 3) {
        ask();
        await stalled;
      }
      return { value: 1 };
    });
    await using instance = await runtime.instantiate(small, { registrars });
    expect((await instance.evaluate(INPUT)).outcome.kind).toBe("returned");
    const second = instance.evaluate(INPUT);
    await asked;
    const guilty = runtime.evaluate(huge, INPUT);
    void guilty.then(() => stall());

    await expect(second).rejects.toMatchObject({
      failure: { code: "THREAD_FAILED", detail: expect.stringContaining("it was called before") },
    });
    expect((await guilty).outcome.kind).toBe("unresponsive");
  });
});

describe("a calling thread that stands still", () => {
  it("takes none of its guests for stalled, however long it looked at nothing", async () => {
    await using runtime = createRuntime({ maxThreads: 1, maxStallMs: 500 });
    const spinning = await runtime.compile(buildGuest({ evaluate: [op.loop(op.br(0)), op.unreachable] }));
    const controller = new AbortController();
    const guests = Array.from({ length: 4 }, () =>
      runtime.evaluate(spinning, INPUT, { signal: controller.signal }),
    );
    while (runtime.threads().guests < 4) await new Promise(setImmediate);
    for (let round = 0; round < 2; round++) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 700);
      await new Promise(setImmediate);
    }
    controller.abort();

    expect((await Promise.all(guests)).map(({ outcome }) => outcome.kind)).toEqual(
      Array.from({ length: 4 }, () => "cancelled"),
    );
  });
});

describe("guests on a thread that is gone", () => {
  it("are cancelled where their runtime closes before they could all be run again", async () => {
    const runtime = createRuntime({ maxThreads: 1, maxStallMs: 40 });
    const [huge, small] = await Promise.all([runtime.compile(filling), runtime.compile(asking)]);
    let asked = 0;
    const registrars = askedWith(async ({ signal }) => {
      asked += 1;
      await aborted(signal);
      return { value: 0 };
    });
    const innocents = Array.from({ length: 5 }, () => runtime.evaluate(small, INPUT, { registrars }));
    while (asked < 5) await new Promise(setImmediate);
    expect((await runtime.evaluate(huge, INPUT)).outcome.kind).toBe("unresponsive");
    await runtime.close();
    const outcomes = (await Promise.all(innocents)).map(({ outcome }) => outcome.kind);

    expect(new Set(outcomes)).toEqual(new Set(["cancelled"]));
    expect(asked).toBe(5);
    expect(runtime.threads()).toEqual({ busy: 0, idle: 0, guests: 0, waiting: 0 });
  });

  it("leave no handler running and no place taken when their runtime closes", async () => {
    const runtime = createRuntime({ maxThreads: 1 });
    const limits = { maxMemoryBytes: PAGE };
    const module = await runtime.compile(asking, limits);
    let asked = 0;
    let ended = 0;
    const registrars = askedWith(
      ({ signal }) =>
        new Promise((resolve) => {
          asked += 1;
          signal.addEventListener("abort", () => {
            ended += 1;
            resolve({ value: 0 });
          });
        }),
    );
    const guests = Array.from({ length: 50 }, () =>
      runtime.evaluate(module, INPUT, { ...limits, registrars }),
    );
    while (asked < 50) await new Promise(setImmediate);
    await runtime.close();
    const outcomes = (await Promise.all(guests)).map(({ outcome }) => outcome.kind);

    expect(new Set(outcomes)).toEqual(new Set(["cancelled"]));
    expect(ended).toBe(50);
    expect(runtime.threads()).toEqual({ busy: 0, idle: 0, guests: 0, waiting: 0 });
  });
});
