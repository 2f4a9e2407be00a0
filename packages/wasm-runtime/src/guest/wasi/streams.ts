import {
  areInBounds,
  type GuestRegion,
  type GuestWrite,
  gatherFromGuest,
  scatterToGuest,
} from "../guest-memory.ts";
import type { WasiHandlers, WasiHooks } from "./context.ts";
import type { Descriptors } from "./descriptors.ts";
import { ERRNO, type Errno } from "./errno.ts";
import type { Input } from "./input.ts";
import type { Output } from "./output.ts";
import { readRecords, u32Bytes } from "./records.ts";
import { WASI_PRICE } from "./work-price.ts";

const IO_VECTOR_BYTES = 8;
/** What the number of bytes read or written can say. */
const MAX_TRANSFER_BYTES = 2 ** 32 - 1;

/**
 * Reading and writing. A call takes at most 1 024 regions, and fails with `EINVAL` beyond; regions may overlap. A call that
 * fails has read, written and moved nothing.
 */
export function createStreamHandlers(
  descriptors: Descriptors,
  input: Input,
  output: Output,
  hooks: WasiHooks,
): Pick<WasiHandlers, "fd_read" | "fd_write"> {
  const { memory, charge } = hooks;
  return {
    fd_read(descriptor, vectorsAt, vectorCount, readAt) {
      const stream = descriptors.get(descriptor);
      if (stream === undefined) return ERRNO.badf;
      if (stream !== "stdin") return ERRNO.notcapable;
      const regions = readRegions(hooks, vectorsAt, vectorCount);
      if (typeof regions === "number") return regions;
      if (!areInBounds(memory(), regions)) return ERRNO.fault;

      const { writes, bytes } = spread(input.remaining(), regions);
      charge(bytes * WASI_PRICE.copiedByte);
      const count = { pointer: readAt, bytes: u32Bytes(bytes) };
      if (!scatterToGuest(memory(), [...writes, count])) return ERRNO.fault;
      input.skip(bytes);
      return ERRNO.success;
    },

    fd_write(descriptor, vectorsAt, vectorCount, writtenAt) {
      const stream = descriptors.get(descriptor);
      if (stream === undefined) return ERRNO.badf;
      if (stream === "stdin") return ERRNO.notcapable;
      const regions = readRegions(hooks, vectorsAt, vectorCount);
      if (typeof regions === "number") return regions;
      const total = regions.reduce((sum, { length }) => sum + length, 0);
      if (total > MAX_TRANSFER_BYTES) return ERRNO.inval;

      if (!areInBounds(memory(), [...regions, { pointer: writtenAt, length: 4 }])) return ERRNO.fault;
      charge(Math.min(total, output.room()) * WASI_PRICE.copiedByte);
      const kept = gatherFromGuest(memory(), regions, output.room());
      if (kept === null) return ERRNO.fault;
      output.write(stream, kept, total);
      return scatterToGuest(memory(), [{ pointer: writtenAt, bytes: u32Bytes(total) }])
        ? ERRNO.success
        : ERRNO.fault;
    },
  };
}

/** `iovec`: the pointer at 0, the length at 4. */
function readRegions(hooks: WasiHooks, pointer: number, count: number): GuestRegion[] | Errno {
  const records = readRecords(hooks, pointer, count, IO_VECTOR_BYTES);
  if (typeof records === "number") return records;
  return Array.from({ length: count }, (_, index) => ({
    pointer: records.getUint32(index * IO_VECTOR_BYTES, true),
    length: records.getUint32(index * IO_VECTOR_BYTES + 4, true),
  }));
}

/** As many of `bytes` as the regions have room for. */
function spread(bytes: Uint8Array, regions: readonly GuestRegion[]): { writes: GuestWrite[]; bytes: number } {
  const writes: GuestWrite[] = [];
  let at = 0;
  for (const { pointer, length } of regions) {
    const part = bytes.subarray(at, at + length);
    writes.push({ pointer, bytes: part });
    at += part.byteLength;
  }
  return { writes, bytes: at };
}
