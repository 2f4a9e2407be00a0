import { describe, expect, it } from "vitest";
import { WasmRuntimeError } from "../src/errors.ts";
import { type CallEnd, runGuestCall } from "../src/guest-call.ts";
import { createHostCallRunner } from "../src/host-call-runner.ts";
import type { GuestEnding, GuestRequest } from "../src/protocol.ts";
import type { SeatLoss } from "../src/shard.ts";
import { createWasiOutput } from "../src/wasi-output.ts";
import { type ScriptedSeat, scriptedSeat } from "./support/seats.ts";

const USAGE = { fuelUsed: 5, slices: 1, cpuTimeMs: 0.5, memoryBytes: 65_536 };
const CALL = {
  entry: "evaluate",
  allocator: "alloc",
  input: new Uint8Array(),
  maxResultBytes: 1,
  fuel: 1,
  maxCpuTimeMs: 1_000,
  deadlineMs: 60_000,
} as const;

interface Conditions {
  readonly stop?: AbortSignal;
  readonly deadlineMs?: number;
}

/** Calls on a thread that does nothing but what the test says. Guests that bring some of it about could take the process with them. */
async function callOn(
  react: (seat: ScriptedSeat, request: GuestRequest) => void,
  { stop = new AbortController().signal, deadlineMs = CALL.deadlineMs }: Conditions = {},
): Promise<CallEnd> {
  const seat = scriptedSeat(react);
  const end = await runGuestCall({
    seat,
    request: { type: "call", setup: null, call: { ...CALL, deadlineMs } },
    hostCalls: createHostCallRunner([], "head", { evaluationId: "", challengeId: "", validatorId: "" }),
    output: createWasiOutput(null),
    threadHeapMiB: 64,
    maxStallMs: 100,
    stop,
  });
  expect(seat.heard).toBeNull();
  return end;
}

const ending = (end: GuestEnding) => (seat: ScriptedSeat, request: GuestRequest) => {
  if (request.type === "call") seat.report({ type: "ended", ending: end, usage: USAGE });
};
const losing = (loss: SeatLoss) => (seat: ScriptedSeat, request: GuestRequest) => {
  if (request.type === "call") seat.lose(loss);
};
const toBlame = (what: "unresponsive" | "out-of-memory") =>
  losing({ kind: "to-blame", what, phase: "allocate", memoryBytes: 131_072 });

describe("a guest that is lost with its thread", () => {
  it("because its heap ran out is its own doing", async () => {
    expect(await callOn(toBlame("out-of-memory"))).toEqual({
      by: "thread",
      failure: { kind: "out-of-memory", resource: "thread-heap", threadHeapMiB: 64 },
      memoryBytes: 131_072,
    });
  });

  it("because it kept it from everything else is its own doing", async () => {
    expect(await callOn(toBlame("unresponsive"))).toEqual({
      by: "thread",
      failure: { kind: "unresponsive", phase: "allocate", maxStallMs: 100 },
      memoryBytes: 131_072,
    });
  });

  it("because of another guest can be run again", async () => {
    expect(await callOn(losing({ kind: "innocent" }))).toEqual({ by: "others" });
  });

  it("because the runtime closed is cancelled", async () => {
    expect(await callOn(losing({ kind: "closed" }))).toMatchObject({
      by: "thread",
      failure: { kind: "cancelled" },
    });
  });

  it("for any other reason is our failure", async () => {
    const error = new WasmRuntimeError({ code: "THREAD_FAILED", detail: "gone" });

    expect(await callOn(losing({ kind: "failed", error }))).toEqual({ by: "error", error });
  });

  it.each([
    { kind: "to-blame", what: "unresponsive", phase: "call", memoryBytes: 0 },
    { kind: "innocent" },
  ] as const)("after it was told to stop ended for that reason: $kind", async (loss) => {
    const controller = new AbortController();
    const react = (seat: ScriptedSeat, request: GuestRequest) => {
      if (request.type === "call") controller.abort();
      if (request.type === "stop") seat.lose(loss);
    };

    expect(await callOn(react, { stop: controller.signal })).toMatchObject({
      by: "thread",
      failure: { kind: "cancelled" },
    });
  });
});

describe("a guest that is told to stop", () => {
  const stopped = (seat: ScriptedSeat, request: GuestRequest) => {
    if (request.type !== "stop") return;
    seat.report({ type: "ended", ending: { kind: "stopped", phase: "start" }, usage: USAGE });
  };

  it("says where it was when its deadline passed, and what it used", async () => {
    expect(await callOn(stopped, { deadlineMs: 1 })).toEqual({
      by: "guest",
      result: { kind: "failed", failure: { kind: "deadline", phase: "start", deadlineMs: 1 } },
      usage: USAGE,
    });
  });

  it("is told so once", async () => {
    const controller = new AbortController();
    const requests: string[] = [];
    const react = (seat: ScriptedSeat, request: GuestRequest) => {
      requests.push(request.type);
      if (request.type === "call") controller.abort();
      stopped(seat, request);
    };

    expect(await callOn(react, { stop: controller.signal })).toMatchObject({
      result: { failure: { kind: "cancelled" } },
    });
    expect(requests).toEqual(["call", "stop"]);
  });
});

describe("a thread that says that it failed", () => {
  it.each<{ name: string; end: GuestEnding; code: string }>([
    { name: "without a reason", end: { kind: "thread-failed", detail: "no guest" }, code: "THREAD_FAILED" },
    {
      name: "because the host has no memory for the guest",
      end: { kind: "memory-unavailable", detail: "none" },
      code: "MEMORY_UNAVAILABLE",
    },
    { name: "by stopping unasked", end: { kind: "stopped", phase: "call" }, code: "THREAD_FAILED" },
  ])("$name is ours", async ({ end, code }) => {
    expect(await callOn(ending(end))).toMatchObject({ by: "error", error: { failure: { code } } });
  });

  it("because the call could not be posted is ours", async () => {
    const react = () => {
      throw new DOMException("could not be cloned", "DataCloneError");
    };

    expect(await callOn(react)).toMatchObject({ by: "error", error: { failure: { code: "THREAD_FAILED" } } });
  });
});

describe("a reply that the thread could not write", () => {
  it("is the host function's fault", async () => {
    const fault = { fault: "bad-reply", detail: "no room" } as const;
    const end = { kind: "host-fault", module: "host", name: "exec", fault } as const;

    expect(await callOn(ending(end))).toMatchObject({
      by: "guest",
      result: {
        failure: {
          kind: "host-failed",
          error: { failure: { code: "HOST_FUNCTION_FAILED", name: "exec", ...fault } },
        },
      },
    });
  });
});

it("a call of a function that was not linked is a failure of the thread, and ends the guest", async () => {
  const react = (seat: ScriptedSeat, request: GuestRequest) => {
    const call = { callId: 1, functionIndex: 3, arguments: [], fuelUsed: 0 };
    if (request.type === "call") seat.report({ type: "host-call", call });
    if (request.type === "stop") {
      seat.report({ type: "ended", ending: { kind: "stopped", phase: "call" }, usage: USAGE });
    }
  };

  expect(await callOn(react)).toMatchObject({ by: "error", error: { failure: { code: "THREAD_FAILED" } } });
});
