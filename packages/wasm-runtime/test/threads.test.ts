import type { HostFunctionHandler } from "@assay/host-interface";
import { describe, expect, it } from "vitest";
import type { InstanceConfig, RuntimeConfig } from "../src/index.ts";
import { createRuntime } from "../src/runtime.ts";
import { buildGuest, INPUT, returnScore, VERDICT } from "./support/guests.ts";
import { registrar } from "./support/hosts.ts";
import { op } from "./support/wasm-builder.ts";

const PAGE = 65_536;
const RETURNED = { kind: "returned", value: VERDICT };
const ENDLESS = buildGuest({ evaluate: [op.loop(op.br(0)), op.unreachable] });
/** One thread for guests, and one that compiles. */
const READY = { busy: 0, idle: 2, guests: 0, waiting: 0 };

/** A guest that calls `host::meet` once, and how a test answers it. */
function meeting(handle: HostFunctionHandler) {
  const guest = buildGuest({
    imports: [{ module: "host", name: "meet" }],
    evaluate: [op.call("meet"), returnScore(op.i64(1n))],
  });
  const registrars = [registrar({ meet: { params: [], result: null, kind: "suspending", handle } })];
  return { guest, registrars };
}

/** The most guests that had a place at once, of a hundred evaluations at once. */
async function mostAtOnce(config: RuntimeConfig, limits: InstanceConfig = {}): Promise<number> {
  await using runtime = createRuntime(config);
  let most = 0;
  const { guest, registrars } = meeting(() => {
    most = Math.max(most, runtime.threads().guests);
    return {};
  });
  const module = await runtime.compile(guest, limits);
  const evaluate = () => runtime.evaluate(module, INPUT, { ...limits, registrars });
  const reports = await Promise.all(Array.from({ length: 100 }, evaluate));
  expect(new Set(reports.map(({ outcome }) => outcome.kind))).toEqual(new Set(["returned"]));
  expect(runtime.threads()).toMatchObject({ busy: 0, guests: 0, waiting: 0 });
  return most;
}

describe("a thread", () => {
  it("serves the next guest, however the one before it ended", async () => {
    await using runtime = createRuntime({ maxThreads: 1 });
    const outcomes: string[] = [];
    for (const evaluate of [op.i64(0n), op.unreachable, [op.get(0), op.get(1), op.call("evaluate")]]) {
      const { outcome } = await runtime.evaluate(buildGuest({ evaluate }), INPUT);
      outcomes.push(outcome.kind);
      expect(runtime.threads()).toEqual(READY);
    }
    outcomes.push((await runtime.evaluate(ENDLESS, INPUT, { deadlineMs: 20 })).outcome.kind);
    expect(runtime.threads()).toEqual(READY);

    expect(outcomes).toEqual(["bad-result", "trap", "stack-exhausted", "deadline"]);
    expect((await runtime.evaluate(buildGuest(), INPUT)).outcome).toEqual(RETURNED);
  });

  it("is shared by as many guests as it may have, and one more waits", async () => {
    expect(await mostAtOnce({ maxThreads: 1, guestsPerThread: 7 })).toBe(7);
  });

  it("is one of a limited number, and guests are spread over them", async () => {
    expect(await mostAtOnce({ maxThreads: 3, guestsPerThread: 2 })).toBe(6);
  });

  it("goes on with the others while guests loop for ever, and those end by their deadlines", async () => {
    await using runtime = createRuntime({ maxThreads: 1 });
    const endless = await runtime.compile(ENDLESS);
    const ending = Array.from({ length: 5 }, () => runtime.evaluate(endless, INPUT, { deadlineMs: 500 }));
    const short = await Promise.all(
      Array.from({ length: 20 }, () => runtime.evaluate(buildGuest(), INPUT, { deadlineMs: 400 })),
    );

    expect(new Set(short.map(({ outcome }) => outcome.kind))).toEqual(new Set(["returned"]));
    expect(runtime.threads().guests).toBe(5);
    const ended = await Promise.all(ending);
    expect(new Set(ended.map(({ outcome }) => outcome.kind))).toEqual(new Set(["deadline"]));
    for (const { slices } of ended) expect(slices).toBeGreaterThan(5);
  });

  it("does not keep the memories of guests that are gone", async () => {
    await using runtime = createRuntime({ maxThreads: 1 });
    const pages = 1024;
    const touching = buildGuest({
      memories: [{ minimum: pages }],
      evaluate: [op.i32(PAGE), op.i32(1), op.i32((pages - 1) * PAGE), op.memoryFill, returnScore(op.i64(1n))],
    });
    const module = await runtime.compile(touching);
    await runtime.evaluate(module, INPUT);
    const before = process.memoryUsage.rss();
    for (let round = 0; round < 20; round++) await runtime.evaluate(module, INPUT);

    // Twenty times 64 MiB, had they been kept.
    expect(process.memoryUsage.rss() - before).toBeLessThan(6 * pages * PAGE);
  });

  it("leaves nothing behind that keeps the process alive", async () => {
    const before = process.getActiveResourcesInfo();
    const runtime = createRuntime();
    await runtime.evaluate(buildGuest(), INPUT);
    await runtime.evaluate(ENDLESS, INPUT, { deadlineMs: 20 });
    await runtime.close();

    const added = process.getActiveResourcesInfo();
    for (const resource of before) {
      const at = added.indexOf(resource);
      if (at >= 0) added.splice(at, 1);
    }
    expect(added).toEqual([]);
  });
});

describe("a queue of calls", () => {
  /** A runtime of one place that is taken until `free` is called. */
  async function takenRuntime(config: RuntimeConfig = {}) {
    const runtime = createRuntime({ maxThreads: 1, guestsPerThread: 1, ...config });
    const { promise: gate, resolve: free } = Promise.withResolvers<void>();
    const { guest, registrars } = meeting(async () => {
      await gate;
      return {};
    });
    const module = await runtime.compile(guest);
    const first = runtime.evaluate(module, INPUT, { registrars });
    const plain = await runtime.compile(buildGuest());
    while (runtime.threads().guests < 1) await new Promise(setImmediate);
    return { runtime, plain, first, free };
  }

  it("is served by priority, and in order within one", async () => {
    const { runtime, plain, first, free } = await takenRuntime();
    const served: string[] = [];
    const calls = [
      { name: "a", priority: 0 },
      { name: "b", priority: 5 },
      { name: "c", priority: 0 },
      { name: "d", priority: 5 },
      { name: "e", priority: -1 },
    ].map(async ({ name, priority }) => {
      await runtime.evaluate(plain, INPUT, { priority });
      served.push(name);
    });
    while (runtime.threads().waiting < 5) await new Promise(setImmediate);
    free();
    await Promise.all([first, ...calls]);

    expect(served.join("")).toBe("bdace");
    await runtime.close();
  });

  it("is bounded: one call more is refused by name, and those in it are served", async () => {
    const { runtime, plain, first, free } = await takenRuntime({ maxQueued: 2 });
    const queued = [runtime.evaluate(plain, INPUT), runtime.evaluate(plain, INPUT)];
    while (runtime.threads().waiting < 2) await new Promise(setImmediate);
    await expect(runtime.evaluate(plain, INPUT)).rejects.toMatchObject({
      failure: { code: "QUEUE_FULL", maxQueued: 2 },
    });
    free();

    expect((await Promise.all([first, ...queued])).map(({ outcome }) => outcome.kind)).toEqual([
      "returned",
      "returned",
      "returned",
    ]);
    await runtime.close();
  });

  it("of length 0 serves who need not wait", async () => {
    await using runtime = createRuntime({ maxThreads: 1, guestsPerThread: 1, maxQueued: 0 });

    expect((await runtime.evaluate(buildGuest(), INPUT)).outcome).toEqual(RETURNED);
  });

  it("is left by a call that is cancelled", async () => {
    const { runtime, plain, first, free } = await takenRuntime();
    const controller = new AbortController();
    const queued = runtime.evaluate(plain, INPUT, { signal: controller.signal });
    while (runtime.threads().waiting < 1) await new Promise(setImmediate);
    controller.abort();

    expect((await queued).outcome).toEqual({ kind: "cancelled" });
    expect(runtime.threads().waiting).toBe(0);
    free();
    await first;
    await runtime.close();
  });
});

describe("the memory of all guests", () => {
  it("is bounded: guests that could have more together wait, and one alone is let in", async () => {
    const maxMemoryBytes = 16 * PAGE;
    const maxTotalMemoryBytes = 2.5 * maxMemoryBytes;
    expect(await mostAtOnce({ maxThreads: 1, maxTotalMemoryBytes }, { maxMemoryBytes })).toBe(2);

    await using small = createRuntime({ maxTotalMemoryBytes: 0 });
    expect((await small.evaluate(buildGuest(), INPUT)).outcome).toEqual(RETURNED);
  });
});
