import { describe, expect, expectTypeOf, it } from "vitest";
import {
  answerFor,
  collectHostFunctions,
  defineHostFunction,
  type GuestBuffer,
  type GuestBytes,
  type HostModule,
  hostFunctionKey,
  PLATFORM_SANDBOX,
} from "../src/index.ts";
import { hostFailureOf } from "./support/failure.ts";
import { hostCall } from "./support/host-call.ts";

const CLOCK = {
  module: "third_party_clock",
  functions: {
    now: { params: [], result: "i64", kind: "sync" },
    sleep: { params: ["f64", "i64"], result: null, kind: "suspending" },
    describe: { params: ["i32", "buffer"], result: "i32", kind: "sync" },
  },
} as const satisfies HostModule;

describe("defineHostFunction", () => {
  it("takes module, name and signature from the table", () => {
    const execute = defineHostFunction(PLATFORM_SANDBOX, "sandbox_exec", () => ({ value: 0 }));
    expect(execute).toMatchObject({
      module: "platform_sandbox",
      name: "sandbox_exec",
      signature: PLATFORM_SANDBOX.functions.sandbox_exec,
    });
  });

  it("makes functions that can be collected, for a third party's table too", () => {
    const now = defineHostFunction(CLOCK, "now", () => ({ value: 5n }));
    const collected = collectHostFunctions([{ name: "clock", functions: [now] }]);
    expect(collected.get(hostFunctionKey("third_party_clock", "now"))).toBe(now);
  });

  it("hands the arguments to the handler and its reply to the caller", async () => {
    const describeClock = defineHostFunction(CLOCK, "describe", async (call) => {
      const [precision, buffer] = call.arguments;
      return answerFor(buffer, new Uint8Array(precision));
    });
    const buffer: GuestBuffer = { pointer: 0, capacity: 3, inBounds: true };
    expect(await describeClock.handle(hostCall(3, buffer))).toEqual({ value: 3, write: new Uint8Array(3) });
    expect(await describeClock.handle(hostCall(4, buffer))).toEqual({ value: -4 });
  });

  it("refuses arguments that are not of the signature, before the handler sees them", () => {
    const sleep = defineHostFunction(CLOCK, "sleep", () => {
      throw new Error("the handler was called");
    });
    expect(hostFailureOf(() => sleep.handle(hostCall(0.5, 1)))).toMatchObject({
      code: "ARGUMENT_MISMATCH",
      index: 1,
      expected: "i64",
    });
  });
});

describe("the types of a handler", () => {
  it("follow from the table", () => {
    defineHostFunction(PLATFORM_SANDBOX, "sandbox_exec", (call) => {
      expectTypeOf(call.arguments).toEqualTypeOf<readonly [GuestBytes, GuestBuffer]>();
      return { value: 0 };
    });
    defineHostFunction(PLATFORM_SANDBOX, "log_message", (call) => {
      expectTypeOf(call.arguments).toEqualTypeOf<readonly [number, GuestBytes]>();
      return {};
    });
    defineHostFunction(CLOCK, "sleep", async (call) => {
      expectTypeOf(call.arguments).toEqualTypeOf<readonly [number, bigint]>();
      return {};
    });
  });

  it("refuse what the table does not say", () => {
    // @ts-expect-error: platform_sandbox has no such function.
    defineHostFunction(PLATFORM_SANDBOX, "sandbox_configure", () => ({}));
    // @ts-expect-error: an i64 is a bigint.
    defineHostFunction(PLATFORM_SANDBOX, "get_timestamp", () => ({ value: 5 }));
    // @ts-expect-error: an i32 is a number.
    defineHostFunction(PLATFORM_SANDBOX, "sandbox_status", async () => ({ value: 0n }));
    // @ts-expect-error: the function has a result.
    defineHostFunction(PLATFORM_SANDBOX, "sandbox_status", () => ({}));
    // @ts-expect-error: the function has no result.
    defineHostFunction(PLATFORM_SANDBOX, "log_message", () => ({ value: 0 }));
    // @ts-expect-error: the function has no buffer to write to.
    defineHostFunction(PLATFORM_SANDBOX, "get_timestamp", () => ({ value: 5n, write: new Uint8Array() }));
    defineHostFunction(PLATFORM_SANDBOX, "sandbox_exec", ({ arguments: [request] }) => ({
      // @ts-expect-error: bytes that could not be read are not there.
      value: request.bytes.length,
    }));
    // @ts-expect-error: there is no third argument.
    defineHostFunction(PLATFORM_SANDBOX, "sandbox_exec", (call) => ({ value: call.arguments[2] }));
  });
});
