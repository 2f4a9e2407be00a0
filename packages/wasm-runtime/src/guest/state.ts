import type { GuestFailure } from "../outcome.ts";
import type { GuestCall, GuestEnding } from "../protocol.ts";
import type { WasmMemory } from "../webassembly.ts";

/** What the parts of one guest share: its host functions need to know what the guest is doing. */
export interface GuestState {
  /** `null` until the guest is instantiated: its start function runs without a memory that we could reach. */
  memory: WasmMemory | null;
  /** The call whose input the guest's allocator is finding room for. */
  placing: GuestCall | null;
}

export function failed(failure: GuestFailure): GuestEnding {
  return { kind: "failed", failure };
}

/** The guest gave no room for the call's input. */
export function allocationFailed(
  { allocator, input }: GuestCall,
  reason: Extract<GuestFailure, { kind: "allocation-failed" }>["reason"],
  message: string,
): GuestEnding {
  return failed({
    kind: "allocation-failed",
    reason,
    export: allocator,
    lengthBytes: input.byteLength,
    message,
  });
}
