import type { GuestBuffer, HostArgument } from "@assay/host-interface";
import { printable } from "../printable.ts";
import type { GuestEnding, HostAnswer, LinkedFunction } from "../protocol.ts";
import type { Channel } from "./channel.ts";
import { copyToGuest } from "./guest-memory.ts";
import type { HostCalls } from "./host-imports.ts";
import { allocationFailed, failed, type GuestState } from "./state.ts";

/** The host functions of one guest, answered through `channel`. */
export function createHostCalls(state: GuestState, channel: Channel, fuelUsed: () => number): HostCalls {
  function receive(called: LinkedFunction, args: readonly HostArgument[], answer: HostAnswer): unknown {
    channel.sawMemory(state.memory);
    if (answer.write === undefined || writeReply(state, args, answer.write)) return answer.value;
    // The calling thread has checked the reply against the buffer already: this is a fault of ours.
    const fault = { fault: "bad-reply", detail: "it could not be written into the guest's memory" } as const;
    return channel.endThread({ kind: "host-fault", module: called.module, name: called.name, fault });
  }

  return {
    callSync(called, args) {
      channel.sawMemory(state.memory);
      return receive(called, args, channel.ask(called.index, args, fuelUsed()));
    },
    async callSuspending(called, args) {
      const refusal = refuseSuspension(state, called);
      if (refusal !== null) channel.endThread(refusal);
      channel.sawMemory(state.memory);
      return receive(called, args, await channel.askLater(called.index, args, fuelUsed()));
    },
  };
}

/** Only an entry point may be suspended: while an allocator waited, the host's input would wait with it. */
function refuseSuspension({ doing }: GuestState, { module, name }: LinkedFunction): GuestEnding | null {
  if (doing.phase === "call") return null;
  if (doing.phase === "start") return failed({ kind: "start-suspended", module, name });
  return allocationFailed(doing.call, "suspended", printable(`it called ${module}::${name}, which suspends`));
}

function writeReply({ memory }: GuestState, args: readonly HostArgument[], bytes: Uint8Array): boolean {
  const buffer = args.find((arg): arg is GuestBuffer => typeof arg === "object" && "capacity" in arg);
  return buffer !== undefined && memory !== null && copyToGuest(memory, buffer.pointer, bytes);
}
