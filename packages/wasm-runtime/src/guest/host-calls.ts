import type { GuestBuffer, HostArgument } from "@assay/host-interface";
import { printable } from "../printable.ts";
import type { GuestEnding, HostAnswer, HostCallReport, LinkedFunction } from "../protocol.ts";
import { copyToGuest } from "./guest-memory.ts";
import { allocationFailed, failed, type GuestState } from "./state.ts";

/** Carries a guest's calls to the thread that answers them. */
export interface HostCalls {
  /**
   * Suspends the guest until the answer is there and it is its turn again. Rejects with nothing but a trap, because a
   * guest can catch anything else and go on.
   *
   * @param lift - copies what the guest passes; it throws where the host has no room for that.
   */
  call(called: LinkedFunction, lift: () => readonly HostArgument[]): Promise<unknown>;
  /** Takes the answer to a call. One that nobody waits for any more is dropped. */
  answer(answer: HostAnswer): void;
}

export interface HostCallsOptions {
  readonly state: GuestState;
  readonly fuelUsed: () => number;
  readonly post: (call: HostCallReport) => void;
  readonly sleep: () => Promise<void>;
  readonly wake: () => void;
  /** Ends the guest's call: a promise that rejects with a trap. */
  readonly end: (ending: GuestEnding) => Promise<never>;
}

export function createHostCalls({ state, fuelUsed, post, sleep, wake, end }: HostCallsOptions): HostCalls {
  let calls = 0;
  /** The call that waits for its answer, or 0. */
  let pending = 0;
  let answered: HostAnswer | null = null;

  function receive(called: LinkedFunction, args: readonly HostArgument[]): unknown {
    const answer = answered;
    answered = null;
    if (answer?.write === undefined || writeReply(state, args, answer.write)) return answer?.value;
    // The calling thread has checked the reply against the buffer already: this is a fault of ours.
    const fault = { fault: "bad-reply", detail: "it could not be written into the guest's memory" } as const;
    return end({ kind: "host-fault", module: called.module, name: called.name, fault });
  }

  return {
    call(called, lift) {
      const refusal = refuseSuspension(state, called);
      if (refusal !== null) return end(refusal);
      let args: readonly HostArgument[];
      try {
        args = lift();
        calls += 1;
        post({ callId: calls, functionIndex: called.index, arguments: args, fuelUsed: fuelUsed() });
      } catch (thrown) {
        return end({
          kind: "memory-unavailable",
          detail: thrown instanceof Error ? thrown.message : "unknown",
        });
      }
      pending = calls;
      return sleep().then(() => receive(called, args));
    },
    answer(answer) {
      if (answer.callId !== pending) return;
      pending = 0;
      answered = answer;
      wake();
    },
  };
}

/** Only an entry point may wait for a `suspending` function: while an allocator waited, the host's input would too. */
function refuseSuspension({ phase, call }: GuestState, called: LinkedFunction): GuestEnding | null {
  const { module, name, kind } = called;
  if (kind === "sync" || phase === "call" || call === null) return null;
  if (phase === "start") return failed({ kind: "start-suspended", module, name });
  return allocationFailed(call, "suspended", printable(`it called ${module}::${name}, which suspends`));
}

function writeReply({ memory }: GuestState, args: readonly HostArgument[], bytes: Uint8Array): boolean {
  const buffer = args.find((arg): arg is GuestBuffer => typeof arg === "object" && "capacity" in arg);
  return buffer !== undefined && memory !== null && copyToGuest(memory, buffer.pointer, bytes);
}
