import type { CollectedStream } from "../result.ts";

const FIRST_CAPACITY_BYTES = 4096;

/** Keeps the first `limitBytes` of a stream and counts the rest. Its memory is bounded by the limit, however small the chunks are. */
export interface Collector {
  /** Takes a chunk; returns the part of it that was kept. */
  add(chunk: Uint8Array): Uint8Array;
  /** `true` once bytes were lost. */
  readonly overflowed: boolean;
  collected(): CollectedStream;
}

export function createCollector(limitBytes: number): Collector {
  let kept = new Uint8Array(Math.min(FIRST_CAPACITY_BYTES, limitBytes));
  let keptBytes = 0;
  let seenBytes = 0;
  return {
    add(chunk) {
      seenBytes += chunk.byteLength;
      const part = chunk.subarray(0, limitBytes - keptBytes);
      kept = withRoom(kept, keptBytes + part.byteLength, limitBytes);
      kept.set(part, keptBytes);
      keptBytes += part.byteLength;
      return part;
    },
    get overflowed() {
      return seenBytes > limitBytes;
    },
    collected: () => ({
      bytes: kept.slice(0, keptBytes),
      seenBytes,
      truncated: seenBytes > keptBytes,
    }),
  };
}

function withRoom(
  buffer: Uint8Array<ArrayBuffer>,
  neededBytes: number,
  limitBytes: number,
): Uint8Array<ArrayBuffer> {
  if (neededBytes <= buffer.byteLength) return buffer;
  const larger = new Uint8Array(Math.min(limitBytes, Math.max(neededBytes, buffer.byteLength * 2)));
  larger.set(buffer);
  return larger;
}
