import { unpackPointer } from "@assay/host-interface";
import type { GuestEnding } from "../protocol.ts";
import type { WasmMemory } from "../webassembly.ts";
import { copyFromGuest, isInBounds } from "./guest-memory.ts";
import { failed } from "./state.ts";

/** Copies the region that `evaluate` returned as a packed pointer; every check comes before the copy. */
export function readResult(memory: WasmMemory, packed: bigint, maxResultBytes: number): GuestEnding {
  const refuse = (reason: "null" | "out-of-bounds" | "too-large", message: string) =>
    failed({ kind: "bad-result", reason, message });
  const { pointer, length } = unpackPointer(packed);
  if (pointer === 0 && length === 0) return refuse("null", "returned null");
  const where = `${length} bytes at ${pointer} in a memory of ${memory.buffer.byteLength} bytes`;
  if (!isInBounds(memory, pointer, length)) return refuse("out-of-bounds", where);
  if (length > maxResultBytes) {
    return refuse("too-large", `${length} bytes, more than maxResultBytes (${maxResultBytes})`);
  }
  const copied = copyFromGuest(memory, pointer, length, maxResultBytes);
  return copied.ok ? { kind: "bytes", bytes: copied.bytes } : refuse("out-of-bounds", copied.fault);
}
