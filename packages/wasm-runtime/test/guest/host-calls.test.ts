import type { HostArgument } from "@assay/host-interface";
import { describe, expect, it } from "vitest";
import { createHostCalls } from "../../src/guest/host-calls.ts";
import { createRunQueue } from "../../src/guest/run-queue.ts";
import type { GuestState } from "../../src/guest/state.ts";
import { createTurns } from "../../src/guest/turns.ts";
import type { GuestEnding, HostCallReport } from "../../src/protocol.ts";
import type { WasmMemory } from "../../src/webassembly.ts";

const FUNCTION = { index: 0, module: "host", name: "exec", params: ["buffer"], kind: "suspending" } as const;
const BUFFER: HostArgument = { pointer: 4, capacity: 4, inBounds: true };
const TRAP = new Error("trap");

function hostCalls(post: (call: HostCallReport) => void = () => {}) {
  const memory: WasmMemory = { buffer: new ArrayBuffer(8) };
  const state: GuestState = { memory, phase: "call", call: null, ending: null };
  const turns = createTurns(createRunQueue(), { enter() {}, leave() {} });
  const posted: HostCallReport[] = [];
  const endings: GuestEnding[] = [];
  const calls = createHostCalls({
    state,
    fuelUsed: () => 42,
    post(call) {
      post(call);
      posted.push(call);
    },
    sleep: turns.sleep,
    wake: turns.wake,
    end(ending) {
      endings.push(ending);
      return Promise.reject(TRAP);
    },
  });
  return { calls, turns, posted, endings, written: () => [...new Uint8Array(memory.buffer)] };
}

const lifted = () => [BUFFER];

describe("a call of the host", () => {
  it("is answered by its number, and written where it asked for", async () => {
    const { calls, posted, written } = hostCalls();
    const call = calls.call(FUNCTION, lifted);
    expect(posted).toEqual([{ callId: 1, functionIndex: 0, arguments: [BUFFER], fuelUsed: 42 }]);
    calls.answer({ callId: 1, value: 7, write: Uint8Array.of(1, 2) });

    expect(await call).toBe(7);
    expect(written()).toEqual([0, 0, 0, 0, 1, 2, 0, 0]);
  });

  it("takes no answer but its own, and that one once", async () => {
    const { calls } = hostCalls();
    const first = calls.call(FUNCTION, lifted);
    for (const callId of [0, 2]) calls.answer({ callId, value: 1, write: undefined });
    calls.answer({ callId: 1, value: 2, write: undefined });
    calls.answer({ callId: 1, value: 3, write: undefined });
    expect(await first).toBe(2);
    const second = calls.call(FUNCTION, lifted);
    calls.answer({ callId: 1, value: 4, write: undefined });
    calls.answer({ callId: 2, value: 5, write: undefined });

    expect(await second).toBe(5);
  });

  it("that was stopped takes no answer any more, and nothing is written", async () => {
    const { calls, turns, written } = hostCalls();
    const call = calls.call(FUNCTION, lifted);
    turns.stop(TRAP);
    calls.answer({ callId: 1, value: 1, write: Uint8Array.of(9) });

    await expect(call).rejects.toBe(TRAP);
    expect(written()).toEqual(Array.from({ length: 8 }, () => 0));
  });

  it.each<{ name: string; lift: () => HostArgument[]; post: () => void }>([
    {
      name: "copied",
      lift: () => {
        throw new RangeError("Array buffer allocation failed");
      },
      post: () => {},
    },
    {
      name: "posted",
      lift: lifted,
      post: () => {
        throw new RangeError("Array buffer allocation failed");
      },
    },
  ])("that cannot be $name ends the guest by a trap, and is our failure", async ({ lift, post }) => {
    const { calls, posted, endings } = hostCalls(post);

    await expect(calls.call(FUNCTION, lift)).rejects.toBe(TRAP);
    expect(endings).toEqual([{ kind: "memory-unavailable", detail: "Array buffer allocation failed" }]);
    expect(posted).toEqual([]);
  });

  it("whose answer does not fit ends the guest by a trap", async () => {
    const { calls, endings } = hostCalls();
    const call = calls.call(FUNCTION, lifted);
    calls.answer({ callId: 1, value: 1, write: new Uint8Array(5) });

    await expect(call).rejects.toBe(TRAP);
    expect(endings).toMatchObject([{ kind: "host-fault", name: "exec", fault: { fault: "bad-reply" } }]);
  });
});
