import type { HostArgument, HostCall, HostFunctionHandler, HostReply } from "@assay/host-interface";
import { decodeEvaluationInput } from "@assay/host-interface";
import { describe, expect, it } from "vitest";
import type { InstanceConfig } from "../src/defaults.ts";
import { createRuntime } from "../src/runtime.ts";
import {
  buildGuest,
  type GuestSpec,
  HEAP_AT,
  INPUT,
  returnScore,
  returnScore32,
  VALIDATE,
} from "./support/guests.ts";
import { aborted, registrar } from "./support/hosts.ts";
import { rejectionOf } from "./support/refusal.ts";
import { sharedRuntime } from "./support/shared-runtime.ts";
import { op } from "./support/wasm-builder.ts";

const runtime = sharedRuntime();
const KINDS = ["sync", "suspending"] as const;
type Kind = (typeof KINDS)[number];

/** A guest that exchanges bytes with `host::exchange(bytes, buffer) -> i32`. */
const EXCHANGE = {
  module: "host",
  name: "exchange",
  params: ["i32", "i32", "i32", "i32"],
  results: ["i32"],
} as const;
const BUFFER_AT = 2048;

async function exchange(
  kind: Kind,
  handle: HostFunctionHandler,
  spec: Omit<GuestSpec, "imports">,
  config: InstanceConfig = {},
) {
  const registrars = [registrar({ exchange: { params: ["bytes", "buffer"], result: "i32", kind, handle } })];
  return runtime.evaluate(buildGuest({ imports: [EXCHANGE], ...spec }), INPUT, { registrars, ...config });
}

const callExchange = (pointer: number, length: number, buffer = BUFFER_AT, capacity = 8) => [
  op.i32(pointer),
  op.i32(length),
  op.i32(buffer),
  op.i32(capacity),
  op.call("exchange"),
];

function scoreOf(report: Awaited<ReturnType<typeof exchange>>) {
  return report.outcome.kind === "returned" ? report.outcome.value.score : report.outcome;
}

describe.each(KINDS)("a %s host function", (kind) => {
  it("is called with copies of the guest's bytes, and for whom the guest runs", async () => {
    const calls: HostCall[] = [];
    const identity = { evaluationId: "e-1", challengeId: "c-1" };
    await exchange(
      kind,
      (call) => {
        calls.push(call);
        return { value: 0 };
      },
      { evaluate: returnScore32(op.get(0), op.get(1), op.i32(16), op.i32(32), op.call("exchange")) },
      { identity },
    );

    const [{ arguments: args, ...call } = { arguments: [] as HostArgument[] }] = calls;
    expect(call).toEqual({
      module: "host",
      name: "exchange",
      abi: "head",
      caller: { ...identity, validatorId: "" },
      fuelUsed: expect.any(Number),
      signal: expect.any(AbortSignal),
    });
    const [bytes, buffer] = args;
    expect(typeof bytes === "object" && "bytes" in bytes && decodeEvaluationInput(bytes.bytes)).toEqual(
      INPUT,
    );
    expect(buffer).toEqual({ pointer: 16, capacity: 32, inBounds: true });
  });

  it("answers with a value and with bytes", async () => {
    const report = await exchange(
      kind,
      async () => ({ value: 8, write: Uint8Array.of(0x39, 0x30, 0, 0, 0, 0, 0, 0) }),
      {
        evaluate: [callExchange(0, 0), op.drop, returnScore(op.i32(0), op.i64Load(BUFFER_AT))],
      },
    );

    expect(scoreOf(report)).toBe(12_345n);
  });

  it("is answered ten thousand times without a lost wake-up", async () => {
    let next = 0;
    const handle = (): HostReply | Promise<HostReply> => {
      next += 1;
      // Some answers are there before the guest's thread waits, others come after.
      return next % 3 === 0 ? Promise.resolve({ value: next }) : { value: next };
    };
    const report = await exchange(kind, handle, {
      locals: ["i32"],
      evaluate: [
        op.loop(callExchange(0, 0), op.set(2), op.get(2), op.i32(10_000), op.i32Sub, op.brIf(0)),
        returnScore32(op.get(2)),
      ],
    });

    expect(scoreOf(report)).toBe(10_000n);
  });

  it.each<{ name: string; handle: HostFunctionHandler; cause: unknown }>([
    {
      name: "throws",
      handle: () => {
        throw new Error("disk /dev/secret");
      },
      cause: new Error("disk /dev/secret"),
    },
    { name: "rejects", handle: () => Promise.reject(new TypeError("no")), cause: new TypeError("no") },
    { name: "throws no error", handle: () => Promise.reject("text"), cause: "text" },
  ])(
    "that $name ends the guest, which cannot catch it, and tells the caller why",
    async ({ handle, cause }) => {
      const { outcome } = await exchange(kind, handle, {
        evaluate: [op.tryCatchAll(callExchange(0, 0), op.drop), returnScore(op.i64(1n))],
      });

      expect(outcome).toMatchObject({ kind: "host-failed", module: "host", name: "exchange" });
      const { error } = outcome as Extract<typeof outcome, { kind: "host-failed" }>;
      expect(error.failure).toEqual({
        code: "HOST_FUNCTION_FAILED",
        module: "host",
        name: "exchange",
        fault: "threw",
      });
      expect(error.cause).toEqual(cause);
    },
  );

  it("that replies wrongly ends the guest", async () => {
    const { outcome } = await exchange(kind, () => ({ value: 0, write: new Uint8Array(9) }), {
      evaluate: returnScore32(callExchange(0, 0)),
    });

    expect(outcome).toMatchObject({
      kind: "host-failed",
      error: { failure: { fault: "bad-reply", detail: "it writes 9 bytes into a buffer of 8" } },
    });
  });

  it("hears that its guest has ended, and the report waits for it", async () => {
    const events: string[] = [];
    const report = await exchange(
      kind,
      async ({ signal }) => {
        events.push("called");
        await aborted(signal);
        await new Promise(setImmediate);
        events.push("settled");
        return { value: 0 };
      },
      { evaluate: returnScore32(callExchange(0, 0)) },
      { deadlineMs: 300 },
    );
    events.push("reported");

    expect(report.outcome).toEqual({ kind: "deadline", phase: "call", deadlineMs: 300 });
    expect(events).toEqual(["called", "settled", "reported"]);
  });

  it("is not told that its guest has ended when it has answered first", async () => {
    const signals: AbortSignal[] = [];
    await exchange(
      kind,
      ({ signal }) => {
        signals.push(signal);
        return { value: 0 };
      },
      { evaluate: [callExchange(0, 0), op.unreachable] },
    );

    expect(signals.map((signal) => signal.aborted)).toEqual([false]);
  });

  it("that never settles is named, after a bounded wait", async () => {
    await using impatient = createRuntime({ handlerGraceMs: 20 });
    const controller = new AbortController();
    const { signal } = controller;
    const handle = () => {
      controller.abort();
      return new Promise<HostReply>(() => {});
    };
    const registrars = [
      registrar({ exchange: { params: ["bytes", "buffer"], result: "i32", kind, handle } }),
    ];
    const guest = buildGuest({ imports: [EXCHANGE], evaluate: returnScore32(callExchange(0, 0)) });

    expect(await rejectionOf(impatient.evaluate(guest, INPUT, { registrars, signal }))).toEqual({
      code: "HANDLER_NOT_SETTLED",
      module: "host",
      name: "exchange",
      graceMs: 20,
    });
    expect(impatient.threads().busy).toBe(0);
  });

  it("may be called by an instance that validates", async () => {
    const guest = buildGuest({
      imports: [EXCHANGE],
      functions: { validate: { ...VALIDATE, body: callExchange(0, 0) } },
    });
    const handle = async () => ({ value: 5 });
    const registrars = [
      registrar({ exchange: { params: ["bytes", "buffer"], result: "i32", kind, handle } }),
    ];

    expect((await runtime.validate(guest, INPUT, { registrars })).outcome).toEqual({
      kind: "returned",
      value: true,
    });
  });
});

describe("numbers cross the boundary unchanged:", () => {
  it.each([
    { type: "i32", value: -2147483648 },
    { type: "i64", value: -(2n ** 63n) },
    { type: "f32", value: -0.5 },
    { type: "f64", value: Math.PI },
  ] as const)("$type $value", async ({ type, value }) => {
    const seen: HostArgument[][] = [];
    const handle: HostFunctionHandler = ({ arguments: args }) => {
      seen.push([...args]);
      return { value };
    };
    const guest = buildGuest({
      imports: [{ module: "host", name: "same", params: [type], results: [type] }],
      evaluate: [
        op[type](value as never),
        op.call("same"),
        op.call("same"),
        op.drop,
        returnScore(op.i64(1n)),
      ],
    });
    const registrars = [registrar({ same: { params: [type], result: type, kind: "sync", handle } })];
    await runtime.evaluate(guest, INPUT, { registrars });

    expect(seen).toEqual([[value], [value]]);
  });
});

it("suspended guests run beside each other", async () => {
  const everyone = Promise.withResolvers<void>();
  let waiting = 0;
  const handle = async () => {
    waiting += 1;
    if (waiting === 3) everyone.resolve();
    await everyone.promise;
    return { value: 1 };
  };
  const evaluate = returnScore32(callExchange(HEAP_AT, 0));
  const reports = await Promise.all([1, 2, 3].map(() => exchange("suspending", handle, { evaluate })));

  expect(reports.map(scoreOf)).toEqual([1n, 1n, 1n]);
});
