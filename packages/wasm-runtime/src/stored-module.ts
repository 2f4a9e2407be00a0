import type { ModuleInspection } from "./inspection.ts";
import type { ExecutableFacts } from "./protocol.ts";

/** A module that passed inspection, rewritten: what a thread can compile without looking at it again. */
export interface StoredModule {
  readonly inspection: ModuleInspection;
  readonly facts: ExecutableFacts;
  readonly bytes: Uint8Array;
}

/** The version of what an entry says of its module: what is kept under another one is not asked for. */
export const STORED_VERSION = 2;

const HEADER_LENGTH_BYTES = 4;

/** As one piece of bytes: the length of a header in JSON, the header, and the module. */
export function encodeStoredModule({ inspection, facts, bytes }: StoredModule): Uint8Array<ArrayBuffer> {
  const header = new TextEncoder().encode(JSON.stringify({ inspection, facts }));
  const entry = new Uint8Array(HEADER_LENGTH_BYTES + header.length + bytes.length);
  new DataView(entry.buffer).setUint32(0, header.length, true);
  entry.set(header, HEADER_LENGTH_BYTES);
  entry.set(bytes, HEADER_LENGTH_BYTES + header.length);
  return entry;
}

/** @param entry - as `encodeStoredModule` made it; the store answers for that. */
export function decodeStoredModule(entry: Uint8Array): StoredModule {
  const { buffer, byteOffset } = entry;
  const headerEnd = HEADER_LENGTH_BYTES + new DataView(buffer, byteOffset).getUint32(0, true);
  const header = new TextDecoder().decode(entry.subarray(HEADER_LENGTH_BYTES, headerEnd));
  const { inspection, facts } = JSON.parse(header) as Omit<StoredModule, "bytes">;
  return { inspection, facts, bytes: entry.subarray(headerEnd) };
}
