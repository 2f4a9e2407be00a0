import { copyFromGuest } from "../guest-memory.ts";
import type { WasiHooks } from "./context.ts";
import { ERRNO, type Errno } from "./errno.ts";
import { WASI_PRICE } from "./work-price.ts";

/** As many as Linux takes in one `writev` (`IOV_MAX`). */
export const MAX_RECORDS = 1_024;

/** A copy of a guest's array of records of one size, paid for, or the errno of a call that names it. */
export function readRecords(
  { memory, charge }: WasiHooks,
  pointer: number,
  count: number,
  recordBytes: number,
): DataView | Errno {
  if (count > MAX_RECORDS) return ERRNO.inval;
  charge(count * WASI_PRICE.item);
  const copied = copyFromGuest(memory(), pointer, count * recordBytes, MAX_RECORDS * recordBytes);
  if (!copied.ok) return ERRNO.fault;
  const { buffer, byteOffset, byteLength } = copied.bytes;
  return new DataView(buffer, byteOffset, byteLength);
}

/** A little-endian number, as guests keep them. */
export function u32Bytes(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

/** A little-endian number, as guests keep them. */
export function u64Bytes(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
}
