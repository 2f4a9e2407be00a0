import { describe, expect, it } from "vitest";
import { DEFAULT_MODULE_LIMITS } from "../src/defaults.ts";
import { WasmRuntimeError } from "../src/errors.ts";
import { createGuestRunner } from "../src/guest-runner.ts";
import { inspectModule } from "../src/inspect.ts";
import type { Executable, GuestEnding } from "../src/protocol.ts";
import type { Scheduler } from "../src/scheduler.ts";
import type { Seat, SeatLoss } from "../src/shard.ts";
import { buildGuest } from "./support/guests.ts";
import { aborted } from "./support/hosts.ts";
import { type ScriptedSeat, scriptedSeat } from "./support/seats.ts";

const USAGE = { fuelUsed: 5, slices: 1, cpuTimeMs: 0.5, memoryBytes: 65_536 };
const NOTHING = new Uint8Array();

const ending = (end: GuestEnding) =>
  scriptedSeat((seat, request) => {
    if (request.type === "call") seat.report({ type: "ended", ending: end, usage: USAGE });
  });
const returning = () => ending({ kind: "flag", flag: true });
const losing = (loss: SeatLoss = { kind: "innocent" }) =>
  scriptedSeat((seat, request) => {
    if (request.type === "call") seat.lose(loss);
  });

/** Gives out these places, one after another, and then none before it is told that nobody waits any more. */
function schedulerOf(...seats: readonly ScriptedSeat[]): Scheduler {
  const left = [...seats];
  return {
    counts: () => ({ busy: 0, idle: 0, guests: 0, waiting: 0 }),
    async admit(_admission, signal): Promise<Seat | null> {
      const seat = left.shift();
      if (seat !== undefined) return seat;
      await aborted(signal);
      return null;
    },
    async close() {},
  };
}

function runnerOn(shared: Scheduler, alone: Scheduler) {
  const inspection = inspectModule(buildGuest(), DEFAULT_MODULE_LIMITS);
  return createGuestRunner({
    wasi: null,
    onWasiOutput: null,
    prepared: { inspection, executable: {} as Executable, exceeded: null },
    hostFunctions: new Map(),
    abi: "head",
    identity: { evaluationId: "", challengeId: "", validatorId: "" },
    priority: 0,
    deadlineMs: 60_000,
    maxMemoryBytes: 65_536,
    maxMessageBytes: 1,
    maxResultBytes: 1,
    fuel: 1,
    maxCpuTimeMs: 1_000,
    handlerGraceMs: 0,
    threadHeapMiB: 64,
    maxStallMs: 100,
    released: () => {},
    scheduler: shared,
    aloneScheduler: alone,
  });
}

const never = new AbortController().signal;

describe("a guest that lost its thread to another one", () => {
  it("is run again in another place, from the beginning; what it then does is what it did", async () => {
    const [lost, alone] = [losing(), returning()];
    const runner = runnerOn(schedulerOf(lost), schedulerOf(alone));
    const { result, fuelUsed } = await runner.run("evaluate", NOTHING, never);

    expect([result, fuelUsed]).toEqual([{ kind: "flag", flag: true }, 5]);
    expect(alone.sent).toEqual(lost.sent);
    expect(alone.sent).toMatchObject([{ type: "call", setup: { functions: [] } }]);
  });

  it("keeps its share of the capacity until it gives its place back", async () => {
    const [lost, alone] = [losing(), returning()];
    const runner = runnerOn(schedulerOf(lost), schedulerOf(alone));
    await runner.run("evaluate", NOTHING, never);
    expect([lost.left, alone.left, runner.seated]).toEqual([false, false, true]);
    await runner.dispose();

    expect([lost.left, alone.left, runner.seated]).toEqual([true, true, false]);
  });

  it("gives back all it has when it fails then", async () => {
    const lost = losing();
    const alone = losing({ kind: "to-blame", what: "unresponsive", phase: "call", memoryBytes: 0 });
    const runner = runnerOn(schedulerOf(lost), schedulerOf(alone));
    const { result } = await runner.run("evaluate", NOTHING, never);

    expect(result).toMatchObject({ kind: "failed", failure: { kind: "unresponsive" } });
    expect([lost.left, alone.left, runner.seated]).toEqual([true, true, false]);
  });

  it("is cancelled while it waits for the other place, and gives back what it has", async () => {
    const lost = losing();
    const controller = new AbortController();
    const runner = runnerOn(schedulerOf(lost), schedulerOf());
    const run = runner.run("evaluate", NOTHING, controller.signal);
    controller.abort();

    expect((await run).result).toEqual({ kind: "failed", failure: { kind: "cancelled" } });
    expect(lost.left).toBe(true);
  });

  it("in its second call is not run again: what it did in its first one is gone", async () => {
    let calls = 0;
    const seat = scriptedSeat((each, request) => {
      if (request.type !== "call") return;
      calls += 1;
      if (calls === 2) each.lose({ kind: "innocent" });
      else each.report({ type: "ended", ending: { kind: "flag", flag: true }, usage: USAGE });
    });
    const runner = runnerOn(schedulerOf(seat), schedulerOf(returning()));
    await runner.run("evaluate", NOTHING, never);

    await expect(runner.run("evaluate", NOTHING, never)).rejects.toMatchObject({
      failure: { code: "THREAD_FAILED", detail: expect.stringContaining("called before") },
    });
    await runner.dispose();
    expect(seat.left).toBe(true);
  });

  it("where there is no other thread fails for that, and can still be disposed of", async () => {
    const lost = losing();
    const error = new WasmRuntimeError({ code: "THREAD_FAILED", detail: "it could not be created" });
    const none: Scheduler = { ...schedulerOf(), admit: () => Promise.reject(error) };
    const runner = runnerOn(schedulerOf(lost), none);

    await expect(runner.run("evaluate", NOTHING, never)).rejects.toBe(error);
    await runner.dispose();
    expect(lost.left).toBe(true);
  });
});

describe("a guest that ends", () => {
  it("keeps its place where it returned, to be called again in it", async () => {
    const seat = returning();
    const runner = runnerOn(schedulerOf(seat), schedulerOf());
    await runner.run("evaluate", NOTHING, never);
    await runner.run("evaluate", NOTHING, never);

    expect(seat.sent.map((request) => request.type === "call" && request.setup === null)).toEqual([
      false,
      true,
    ]);
    expect(seat.left).toBe(false);
  });

  it.each<GuestEnding>([
    { kind: "failed", failure: { kind: "out-of-fuel", phase: "call", fuel: 1 } },
    { kind: "host-fault", module: "m", name: "n", fault: { fault: "bad-reply", detail: "" } },
  ])("gives it back where it did not: $kind", async (end) => {
    const seat = ending(end);
    const runner = runnerOn(schedulerOf(seat), schedulerOf());
    await runner.run("evaluate", NOTHING, never);

    expect([seat.left, runner.seated]).toEqual([true, false]);
  });

  it("before it had a place was cancelled, and nothing of it ran", async () => {
    const runner = runnerOn(schedulerOf(), schedulerOf());
    const controller = new AbortController();
    const run = runner.run("evaluate", NOTHING, controller.signal);
    controller.abort();

    expect(await run).toEqual({
      result: { kind: "failed", failure: { kind: "cancelled" } },
      memoryPeakBytes: 0,
      fuelUsed: 0,
      slices: 0,
      cpuTimeMs: 0,
      durationMs: 0,
    });
  });
});
