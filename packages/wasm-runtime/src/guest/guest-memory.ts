import type { GuestBuffer, GuestBytes, MemoryFault } from "@assay/host-interface";
import type { WasmMemory } from "../webassembly.ts";

/**
 * Bounded access to a guest's memory: the only code that touches it. Pointers and lengths are unsigned 32-bit numbers.
 * Each access takes a new view, because `memory.grow` leaves an old one with length 0, and a guest can grow its memory
 * between any two. Before a guest has a memory (`null`) nothing is inside of it.
 */

const ADDRESS_SPACE_BYTES = 2 ** 32;

/** `[pointer, pointer + length)`. */
export interface GuestRegion {
  readonly pointer: number;
  readonly length: number;
}

/** Bytes, and where they go. */
export interface GuestWrite {
  readonly pointer: number;
  readonly bytes: Uint8Array;
}

/** Whether `[pointer, pointer + length)` is inside of the memory as it is now. No bytes at its very end are inside. */
export function isInBounds(memory: WasmMemory | null, pointer: number, length: number): boolean {
  return memory !== null && pointer + length <= memory.buffer.byteLength;
}

/** Whether all of the regions are. */
export function areInBounds(memory: WasmMemory | null, regions: readonly GuestRegion[]): boolean {
  return regions.every(({ pointer, length }) => isInBounds(memory, pointer, length));
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

/**
 * One copy of several regions, one behind the other, of which only the first `maxBytes` are kept; `null` if any of them is
 * not inside. Nothing is allocated before all checks have passed, and never more than `maxBytes`.
 */
export function gatherFromGuest(
  memory: WasmMemory | null,
  regions: readonly GuestRegion[],
  maxBytes: number,
): Uint8Array | null {
  if (memory === null || !areInBounds(memory, regions)) return null;
  const total = regions.reduce((sum, { length }) => sum + length, 0);
  const gathered = new Uint8Array(Math.min(total, maxBytes));
  let at = 0;
  for (const { pointer, length } of regions) {
    const kept = Math.min(length, gathered.length - at);
    gathered.set(new Uint8Array(memory.buffer, pointer, kept), at);
    at += kept;
  }
  return gathered;
}

/** Where a reply may be written. */
export function guestBuffer(memory: WasmMemory | null, pointer: number, capacity: number): GuestBuffer {
  return { pointer, capacity, inBounds: isInBounds(memory, pointer, capacity) };
}

/** Writes all of `bytes`, or nothing. @returns whether they were inside of the memory. */
export function copyToGuest(memory: WasmMemory, pointer: number, bytes: Uint8Array): boolean {
  return scatterToGuest(memory, [{ pointer, bytes }]);
}

/** Makes all of the writes, in their order, or none of them. @returns whether all were inside of the memory. */
export function scatterToGuest(memory: WasmMemory | null, writes: readonly GuestWrite[]): boolean {
  if (memory === null) return false;
  if (!writes.every(({ pointer, bytes }) => isInBounds(memory, pointer, bytes.byteLength))) return false;
  for (const { pointer, bytes } of writes) {
    new Uint8Array(memory.buffer, pointer, bytes.byteLength).set(bytes);
  }
  return true;
}
