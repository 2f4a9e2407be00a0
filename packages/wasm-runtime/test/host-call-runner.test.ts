import type { HostFunctionHandler } from "@assay/host-interface";
import { collectHostFunctions } from "@assay/host-interface";
import { describe, expect, it } from "vitest";
import { createHostCallRunner } from "../src/host-call-runner.ts";
import type { HostCallReport } from "../src/protocol.ts";
import { aborted, registrar } from "./support/hosts.ts";

const CALLER = { evaluationId: "", challengeId: "", validatorId: "" };
const MIB = 1024 * 1024;
const BUFFER = { pointer: 0, capacity: 16 * MIB, inBounds: true };

/** One host function, `host::ask(buffer) -> i32`, and how often its handler ran. */
function asking(handle: HostFunctionHandler) {
  let runs = 0;
  const registrars = [
    registrar({
      ask: {
        params: ["buffer"],
        result: "i32",
        kind: "suspending",
        handle: (call) => {
          runs += 1;
          return handle(call);
        },
      },
    }),
  ];
  const runner = createHostCallRunner([...collectHostFunctions(registrars).values()], "head", CALLER);
  runner.begin();
  return { runner, runs: () => runs };
}

const callAt = (fuelUsed: number, functionIndex = 0): HostCallReport => ({
  callId: 1,
  functionIndex,
  arguments: [BUFFER],
  fuelUsed,
});

describe("a guest that is run again", () => {
  it("gets the answers that it got, and no handler runs twice; then it goes on", async () => {
    let last = 0;
    const { runner, runs } = asking(() => ({ value: ++last }));
    const first = [await runner.run(callAt(10)), await runner.run(callAt(20))];
    expect(runner.repeatable).toBe(true);
    runner.repeat();
    const again = [await runner.run(callAt(10)), await runner.run(callAt(20))];

    expect(again).toEqual(first);
    expect(runs()).toBe(2);
    expect(await runner.run(callAt(30))).toMatchObject({ value: 3 });
    expect(runs()).toBe(3);
  });

  it("waits for the handler that was running when it lost its thread", async () => {
    const { promise: answered, resolve: answer } = Promise.withResolvers<{ value: number }>();
    const { runner, runs } = asking(() => answered);
    const first = runner.run(callAt(10));
    runner.repeat();
    const again = runner.run(callAt(10));
    answer({ value: 9 });

    expect(await Promise.all([first, again])).toMatchObject([{ value: 9 }, { value: 9 }]);
    expect(runs()).toBe(1);
  });

  it("fails as it did where a handler threw", async () => {
    const { runner, runs } = asking(() => {
      throw new Error("no");
    });
    const failure = { failure: { code: "HOST_FUNCTION_FAILED", fault: "threw" } };
    await expect(runner.run(callAt(10))).rejects.toMatchObject(failure);
    runner.repeat();

    await expect(runner.run(callAt(10))).rejects.toMatchObject(failure);
    expect(runs()).toBe(1);
  });

  it.each<{ name: string; call: HostCallReport }>([
    { name: "calls elsewhere in its course", call: callAt(11) },
    { name: "calls another function", call: callAt(10, 1) },
  ])("and $name is ended by us: no answer is for it", async ({ call }) => {
    const { runner, runs } = asking(() => ({ value: 1 }));
    await runner.run(callAt(10));
    runner.repeat();

    await expect(runner.run(call)).rejects.toMatchObject({
      failure: { code: "THREAD_FAILED", detail: expect.stringContaining("another course") },
    });
    expect(runs()).toBe(1);
  });

  it("gets all of its answers, though one that comes meanwhile is too much to be kept", async () => {
    const { promise: answered, resolve: answer } = Promise.withResolvers<{
      value: number;
      write: Uint8Array;
    }>();
    let last = 0;
    const { runner, runs } = asking(() => (++last < 3 ? { value: last } : answered));
    await runner.run(callAt(10));
    await runner.run(callAt(20));
    const third = runner.run(callAt(30));
    runner.repeat();
    answer({ value: 3, write: new Uint8Array(5 * MIB) });
    await third;

    expect(runner.repeatable).toBe(false);
    const again = [];
    for (const fuelUsed of [10, 20, 30]) again.push(await runner.run(callAt(fuelUsed)));
    expect(again.map(({ value }) => value)).toEqual([1, 2, 3]);
    expect(runs()).toBe(3);
  });
});

describe("a guest cannot be run again", () => {
  it("after more than 10 000 calls", async () => {
    const { runner } = asking(() => ({ value: 1 }));
    for (let call = 1; call <= 10_000; call++) await runner.run(callAt(call));
    expect(runner.repeatable).toBe(true);
    await runner.run(callAt(10_001));

    expect(runner.repeatable).toBe(false);
  });

  it("after more than 4 MiB of answers, and can in its next call", async () => {
    const { runner } = asking(() => ({ value: 1, write: new Uint8Array(2 * MIB) }));
    await runner.run(callAt(1));
    await runner.run(callAt(2));
    expect(runner.repeatable).toBe(true);
    await runner.run(callAt(3));
    expect(runner.repeatable).toBe(false);
    runner.begin();

    expect(runner.repeatable).toBe(true);
  });
});

describe("the end of a guest", () => {
  it("is told to its handler, and waits for it", async () => {
    const { runner } = asking(async ({ signal }) => {
      await aborted(signal);
      return { value: 1 };
    });
    const call = runner.run(callAt(1));
    await runner.finish(60_000);

    expect(await call).toMatchObject({ value: 1 });
  });

  it("need not wait where no handler runs", async () => {
    const { runner } = asking(() => ({ value: 1 }));
    await runner.run(callAt(1));

    await runner.finish(0);
  });

  it("does not wait for ever: the function is named", async () => {
    const { promise: never } = Promise.withResolvers<{ value: number }>();
    const { runner } = asking(() => never);
    void runner.run(callAt(1));

    await expect(runner.finish(1)).rejects.toMatchObject({
      failure: { code: "HANDLER_NOT_SETTLED", module: "host", name: "ask", graceMs: 1 },
    });
  });
});
