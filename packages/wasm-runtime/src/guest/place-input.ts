import type { GuestCall, GuestEnding } from "../protocol.ts";
import type { WasmMemory } from "../webassembly.ts";
import { copyToGuest } from "./guest-memory.ts";
import { allocationFailed, failed } from "./state.ts";
import { type Trap, trapFailure } from "./trap.ts";

export type Placed = { readonly pointer: number } | { readonly ending: GuestEnding };

/**
 * Asks the guest for room and writes the call's input there.
 *
 * An allocator that fails is a failed call. The original then wrote at the end of the memory, or, where the allocator
 * returned 0, at address 0: over whatever the guest keeps there, its stack for one. Inputs of 1 MiB corrupted guests so.
 *
 * @param callAllocator - calls the export with these arguments.
 * @param trapOf - reads what it was ended by.
 */
export async function placeInput(
  call: GuestCall,
  memory: WasmMemory,
  callAllocator: (...args: number[]) => Promise<unknown>,
  trapOf: (thrown: unknown) => Trap,
): Promise<Placed> {
  const { allocator, input } = call;
  let pointer: number;
  try {
    const alignment = allocator === "allocate" ? [0] : [];
    pointer = Number(await callAllocator(input.byteLength, ...alignment)) >>> 0;
  } catch (thrown) {
    const trap = trapOf(thrown);
    if (trap.stackExhausted) return { ending: failed(trapFailure(trap, "allocate")) };
    return { ending: allocationFailed(call, "trapped", `it trapped: ${trap.message}`) };
  }
  if (pointer === 0) return { ending: allocationFailed(call, "null", "it returned 0") };
  if (copyToGuest(memory, pointer, input)) return { pointer };
  const where = `it returned ${pointer} in a memory of ${memory.buffer.byteLength} bytes`;
  return { ending: allocationFailed(call, "out-of-bounds", where) };
}
