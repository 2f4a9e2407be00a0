import type { GuestFailure, GuestPhase } from "../outcome.ts";
import type { GuestCall, GuestEnding } from "../protocol.ts";
import type { WasmMemory } from "../webassembly.ts";

/** What the parts of one guest share: its host functions need to know what the guest is doing. */
export interface GuestState {
  /** `null` until the guest is instantiated, when nothing of it has run yet. */
  memory: WasmMemory | null;
  phase: GuestPhase;
  /** The call in progress. */
  call: GuestCall | null;
  /**
   * How the call ends, once that is decided by anybody but the guest's code: from then on nothing of the guest runs, and
   * what its code ends with no longer counts.
   */
  ending: GuestEnding | null;
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
