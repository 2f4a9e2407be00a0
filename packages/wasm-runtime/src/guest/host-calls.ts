import type { GuestBuffer, HostArgument } from "@assay/host-interface";
import { printable } from "../printable.ts";
import type { GuestEnding, HostAnswer, LinkedFunction } from "../protocol.ts";
import type { Channel } from "./channel.ts";
import { copyToGuest } from "./guest-memory.ts";
import type { HostCalls } from "./host-imports.ts";
import { allocationFailed, failed, type GuestState } from "./state.ts";

/** The host functions of one guest, answered through `channel`. */
export function createHostCalls(
  functions: readonly LinkedFunction[],
  state: GuestState,
  channel: Channel,
): HostCalls {
  function receive(functionIndex: number, args: readonly HostArgument[], answer: HostAnswer): unknown {
    channel.sawMemory(state.memory);
    if (answer.write === undefined || writeReply(state, args, answer.write)) return answer.value;
    // The calling thread has checked the reply against the buffer already: this is a fault of ours.
    const fault = { fault: "bad-reply", detail: "it could not be written into the guest's memory" } as const;
    return channel.endThread({ kind: "host-fault", functionIndex, fault });
  }

  return {
    callSync(functionIndex, args) {
      channel.sawMemory(state.memory);
      return receive(functionIndex, args, channel.ask(functionIndex, args));
    },
    async callSuspending(functionIndex, args) {
      const refusal = refuseSuspension(state, functions[functionIndex]);
      if (refusal !== null) channel.endThread(refusal);
      channel.sawMemory(state.memory);
      return receive(functionIndex, args, await channel.askLater(functionIndex, args));
    },
  };
}

/** Only an entry point may be suspended: while an allocator waited, the host's input would wait with it. */
function refuseSuspension({ doing }: GuestState, called: LinkedFunction | undefined): GuestEnding | null {
  if (doing.phase === "call") return null;
  const { module = "", name = "" } = called ?? {};
  if (doing.phase === "start") return failed({ kind: "start-suspended", module, name });
  return allocationFailed(doing.call, "suspended", printable(`it called ${module}::${name}, which suspends`));
}

function writeReply({ memory }: GuestState, args: readonly HostArgument[], bytes: Uint8Array): boolean {
  const buffer = args.find((arg): arg is GuestBuffer => typeof arg === "object" && "capacity" in arg);
  return buffer !== undefined && memory !== null && copyToGuest(memory, buffer.pointer, bytes);
}
