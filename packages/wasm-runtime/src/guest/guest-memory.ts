import type { GuestBuffer, GuestBytes, MemoryFault } from "@assay/host-interface";
import type { WasmMemory } from "../webassembly.ts";

/**
 * Bounded access to a guest's memory: the only code that touches it. Pointers and lengths are unsigned 32-bit numbers.
 * Each access takes a new view, because `memory.grow` leaves an old one with length 0, and a guest can grow its memory
 * between any two.
 */

const ADDRESS_SPACE_BYTES = 2 ** 32;

/** Whether `[pointer, pointer + length)` is inside of the memory as it is now. No bytes at its very end are inside. */
export function isInBounds(memory: WasmMemory, pointer: number, length: number): boolean {
  return pointer + length <= memory.buffer.byteLength;
}

/** A copy of a guest's bytes, or why there is none. Nothing is allocated before all checks have passed. */
export function copyFromGuest(
  memory: WasmMemory | null,
  pointer: number,
  length: number,
  maxBytes: number,
): GuestBytes {
  const fault = readFault(memory, pointer, length, maxBytes);
  if (memory === null || fault !== null) {
    return { ok: false, fault: fault ?? "memory export not found", length };
  }
  return { ok: true, bytes: new Uint8Array(memory.buffer, pointer, length).slice() };
}

function readFault(
  memory: WasmMemory | null,
  pointer: number,
  length: number,
  maxBytes: number,
): MemoryFault | null {
  if (memory === null) return "memory export not found";
  if (pointer + length > ADDRESS_SPACE_BYTES) return "pointer overflow";
  if (!isInBounds(memory, pointer, length)) return "memory read out of bounds";
  if (length > maxBytes) return "request exceeds maxMessageBytes";
  return null;
}

/** Where a reply may be written. */
export function guestBuffer(memory: WasmMemory | null, pointer: number, capacity: number): GuestBuffer {
  return { pointer, capacity, inBounds: memory !== null && isInBounds(memory, pointer, capacity) };
}

/** Writes all of `bytes`, or nothing. @returns whether they were inside of the memory. */
export function copyToGuest(memory: WasmMemory, pointer: number, bytes: Uint8Array): boolean {
  if (!isInBounds(memory, pointer, bytes.byteLength)) return false;
  new Uint8Array(memory.buffer, pointer, bytes.byteLength).set(bytes);
  return true;
}
