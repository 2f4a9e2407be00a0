import type { HostFunctionHandler } from "@assay/host-interface";
import { describe, expect, it } from "vitest";
import { createRuntime } from "../src/runtime.ts";
import { buildGuest, INPUT, returnScore, VERDICT } from "./support/guests.ts";
import { registrar } from "./support/hosts.ts";
import { op } from "./support/wasm-builder.ts";

const PAGE = 65_536;
const RETURNED = { kind: "returned", value: VERDICT };

describe("a guest's thread", () => {
  it("serves the next guest after one that ended by itself", async () => {
    await using runtime = createRuntime({ maxThreads: 1 });
    const outcomes: string[] = [];
    for (const evaluate of [op.i64(0n), op.unreachable, [op.get(0), op.get(1), op.call("evaluate")]]) {
      const { outcome } = await runtime.evaluate(buildGuest({ evaluate }), INPUT);
      outcomes.push(outcome.kind);
      expect(runtime.threads()).toEqual({ busy: 0, idle: 1, waiting: 0 });
    }

    expect(outcomes).toEqual(["bad-result", "trap", "trap"]);
    expect((await runtime.evaluate(buildGuest(), INPUT)).outcome).toEqual(RETURNED);
  });

  it("is gone with a guest that had to be ended; another one is there", async () => {
    await using runtime = createRuntime({ maxThreads: 1, idleThreads: 0 });
    const endless = buildGuest({ evaluate: [op.loop(op.br(0)), op.unreachable] });
    await runtime.evaluate(endless, INPUT, { deadlineMs: 20 });

    expect(runtime.threads()).toEqual({ busy: 0, idle: 0, waiting: 0 });
    expect((await runtime.evaluate(buildGuest(), INPUT)).outcome).toEqual(RETURNED);
  });

  it("is gone with a guest that leaves a large memory behind", async () => {
    await using runtime = createRuntime({ maxThreads: 1 });
    const grow = (pages: number) =>
      buildGuest({ evaluate: [op.i32(pages), op.memoryGrow, op.drop, returnScore(op.i64(1n))] });
    const module = await runtime.compile(grow(255));
    expect((await runtime.evaluate(module, INPUT)).memoryBytes).toBe(256 * PAGE);
    expect(runtime.threads().idle).toBe(1);
    const large = await runtime.compile(grow(256));
    await runtime.evaluate(large, INPUT);

    expect(runtime.threads().busy).toBe(0);
    expect((await runtime.evaluate(buildGuest(), INPUT)).outcome).toEqual(RETURNED);
  });

  it("is one of a limited number: a hundred evaluations on three threads all come to their end", async () => {
    await using runtime = createRuntime({ maxThreads: 3 });
    let most = 0;
    const handle: HostFunctionHandler = async () => {
      most = Math.max(most, runtime.threads().busy);
      await new Promise(setImmediate);
      return {};
    };
    const guest = await runtime.compile(
      buildGuest({
        imports: [{ module: "host", name: "yield" }],
        evaluate: [op.call("yield"), returnScore(op.i64(1n))],
      }),
    );
    const registrars = [registrar({ yield: { params: [], result: null, kind: "suspending", handle } })];
    const reports = await Promise.all(
      Array.from({ length: 100 }, () => runtime.evaluate(guest, INPUT, { registrars })),
    );

    expect(new Set(reports.map(({ outcome }) => outcome.kind))).toEqual(new Set(["returned"]));
    expect(most).toBe(3);
    expect(runtime.threads()).toEqual({ busy: 0, idle: 1, waiting: 0 });
  });

  it("leaves nothing behind that keeps the process alive", async () => {
    const before = process.getActiveResourcesInfo();
    const runtime = createRuntime();
    await runtime.evaluate(buildGuest(), INPUT);
    await runtime.evaluate(buildGuest({ evaluate: [op.loop(op.br(0)), op.unreachable] }), INPUT, {
      deadlineMs: 20,
    });
    await runtime.close();

    const added = process.getActiveResourcesInfo();
    for (const resource of before) {
      const at = added.indexOf(resource);
      if (at >= 0) added.splice(at, 1);
    }
    expect(added).toEqual([]);
  });
});
