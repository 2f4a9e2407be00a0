import { describe, expect, it } from "vitest";
import { createRuntime } from "../src/runtime.ts";
import {
  buildGuest,
  type GuestSpec,
  INPUT,
  RETURN_VERDICT,
  returnScore,
  returnScore32,
} from "./support/guests.ts";
import { op } from "./support/wasm-builder.ts";

const PAGE = 65_536;
const SECRET_AT = 50_000;

/** Adds the byte that it finds at `SECRET_AT` to its score, and leaves another there; however it ends. */
const leaving = (end: GuestSpec["evaluate"]): GuestSpec => ({
  functions: {
    leave: {
      results: ["i64"],
      export: false,
      body: [...[op.i32(SECRET_AT), op.i64Load()], ...[op.i32(SECRET_AT), op.i64(0x5ec7e7n), op.i64Store()]],
    },
  },
  evaluate: end ?? returnScore(op.call("leave")),
});

describe("a memory that a guest had", () => {
  it("is empty for the next one, however the one before it ended", async () => {
    await using runtime = createRuntime({ maxThreads: 1 });
    const looking = await runtime.compile(buildGuest(leaving(undefined)));
    const endings = await Promise.all(
      [
        [op.call("leave"), op.drop, RETURN_VERDICT],
        [op.call("leave"), op.drop, op.unreachable],
        [op.call("leave"), op.drop, op.loop(op.br(0)), op.unreachable],
        [op.call("leave"), op.drop, op.get(0), op.get(1), op.call("evaluate")],
      ].map((end) => runtime.compile(buildGuest(leaving(end)))),
    );
    for (const ending of endings) {
      await runtime.evaluate(ending, INPUT, { deadlineMs: 50 });
      const { outcome } = await runtime.evaluate(looking, INPUT);
      expect(outcome).toMatchObject({ kind: "returned", value: { score: 0n } });
    }
  });

  it("has its data again in each guest, whatever the one before wrote over it", async () => {
    await using runtime = createRuntime({ maxThreads: 1 });
    const data = [{ offset: SECRET_AT, bytes: Uint8Array.of(9) }];
    const spoiling = buildGuest({
      data,
      evaluate: returnScore(op.i32(SECRET_AT), op.i64Load(), op.i32(SECRET_AT), op.i64(1n), op.i64Store()),
    });
    const module = await runtime.compile(spoiling);
    for (let round = 0; round < 3; round++) {
      expect((await runtime.evaluate(module, INPUT)).outcome).toMatchObject({ value: { score: 9n } });
    }
  });

  it("has its first size again after a guest that grew it", async () => {
    await using runtime = createRuntime({ maxThreads: 1 });
    const growing = await runtime.compile(buildGuest({ evaluate: returnScore32(op.i32(1), op.memoryGrow) }));
    for (let round = 0; round < 3; round++) {
      const { outcome, memoryPeakBytes } = await runtime.evaluate(growing, INPUT);
      expect(outcome).toMatchObject({ value: { score: 1n } });
      expect(memoryPeakBytes).toBe(2 * PAGE);
    }
  });

  it("stays an instance's own for as long as it can be called", async () => {
    await using runtime = createRuntime({ maxThreads: 1 });
    const module = await runtime.compile(buildGuest(leaving(undefined)));
    await using first = await runtime.instantiate(module);
    const scores = [];
    for (const instance of [first, null, first]) {
      const { outcome } = await (instance?.evaluate(INPUT) ?? runtime.evaluate(module, INPUT));
      scores.push(outcome.kind === "returned" ? outcome.value.score : outcome.kind);
    }

    expect(scores).toEqual([0n, 0n, 0x5ec7e7n]);
  });
});
