import { describe, expect, it } from "vitest";
import { WasmRuntimeError } from "../src/errors.ts";
import { type CallEnd, runGuestCall } from "../src/guest-call.ts";
import { createHostCallRunner } from "../src/host-call-runner.ts";
import type { ThreadReport, ThreadRequest } from "../src/protocol.ts";
import type { GuestThread, ThreadFailure, ThreadListener } from "../src/thread.ts";

/** What a thread does when it is sent a call. The guests that bring these about could take the process with them. */
type Reaction = (listener: ThreadListener) => void;

const report =
  (message: ThreadReport): Reaction =>
  (listener) =>
    listener.report(message);

const fail =
  (failure: ThreadFailure): Reaction =>
  (listener) =>
    listener.failed(failure);

async function callOn(react: Reaction, { alive = true } = {}): Promise<CallEnd> {
  let listener: ThreadListener | null = null;
  const thread: GuestThread = {
    phase: "call",
    memoryBytes: 0,
    alive,
    reset() {},
    listen(next) {
      listener = next;
    },
    send() {
      if (listener !== null) react(listener);
    },
    answerSync() {},
    setBusy() {},
    async terminate() {},
  };
  const call = {
    entry: "evaluate",
    allocator: "alloc",
    input: new Uint8Array(),
    maxResultBytes: 1,
    fuel: 1,
  } as const;
  const request: ThreadRequest = { type: "call", setup: null, call };
  const { signal: stop } = new AbortController();
  const hostCalls = createHostCallRunner([], "head", { evaluationId: "", challengeId: "", validatorId: "" });
  const end = await runGuestCall({
    thread,
    request,
    hostCalls,
    deadlineMs: 60_000,
    threadHeapMiB: 64,
    stop,
  });
  expect(listener).toBeNull();
  return end;
}

describe("a thread that fails in the middle of a call", () => {
  it("because its heap ran out is the guest's doing", async () => {
    expect(await callOn(fail({ kind: "out-of-memory" }))).toEqual({
      by: "host",
      failure: { kind: "out-of-memory", resource: "thread-heap", threadHeapMiB: 64 },
    });
  });

  it.each<{ name: string; react: Reaction; alive?: boolean; code: string }>([
    {
      name: "for any other reason",
      react: fail({ kind: "failed", error: new WasmRuntimeError({ code: "THREAD_FAILED", detail: "gone" }) }),
      code: "THREAD_FAILED",
    },
    {
      name: "and says so",
      react: report({
        type: "ended",
        usable: true,
        fuelUsed: 0,
        ending: { kind: "thread-failed", detail: "no guest" },
      }),
      code: "THREAD_FAILED",
    },
    {
      name: "because the host has no memory for the guest",
      react: report({
        type: "ended",
        usable: true,
        fuelUsed: 0,
        ending: { kind: "memory-unavailable", detail: "none" },
      }),
      code: "MEMORY_UNAVAILABLE",
    },
    {
      name: "because the call cannot be posted",
      react: () => {
        throw new DOMException("could not be cloned", "DataCloneError");
      },
      code: "THREAD_FAILED",
    },
    { name: "or before it", react: () => {}, alive: false, code: "THREAD_FAILED" },
  ])("$name is ours", async ({ react, code, alive = true }) => {
    expect(await callOn(react, { alive })).toMatchObject({ by: "error", error: { failure: { code } } });
  });
});

describe("a reply that the thread could not write", () => {
  it("is the host function's fault", async () => {
    const fault = { fault: "bad-reply", detail: "no room" } as const;
    const ending = { kind: "host-fault", module: "host", name: "exec", fault } as const;

    expect(await callOn(report({ type: "ended", usable: false, fuelUsed: null, ending }))).toMatchObject({
      by: "host",
      failure: {
        kind: "host-failed",
        error: { failure: { code: "HOST_FUNCTION_FAILED", name: "exec", ...fault } },
      },
    });
  });
});

it("a call of a function that was not linked is a failure of the thread", async () => {
  const call = { callId: 1, functionIndex: 3, arguments: [], fuelUsed: 0 };

  expect(await callOn(report({ type: "host-call", call }))).toMatchObject({
    by: "error",
    error: { failure: { code: "THREAD_FAILED" } },
  });
});
