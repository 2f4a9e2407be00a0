import type { ByteReader } from "../binary/byte-reader.ts";
import { type ByteWriter, createByteWriter } from "../binary/byte-writer.ts";
import { readSections, SECTION } from "../binary/sections.ts";
import { readLimits, readTable } from "../binary/types.ts";

import type { Limits } from "../inspection.ts";
import { PAGE_BYTES } from "../webassembly.ts";

/** The most that one instance of a module may take. */
export interface ResourceCaps {
  /** Of its memory, in bytes; rounded down to whole pages of 64 KiB. */
  readonly maxMemoryBytes: number;
  /** Of all its tables together, in elements. */
  readonly maxTableElements: number;
}

/** A module that starts with more than it may ever have. */
export type CapExceeded =
  | { readonly resource: "memory"; readonly minimumBytes: number; readonly maxMemoryBytes: number }
  | { readonly resource: "table"; readonly minimumElements: number; readonly maxTableElements: number };

/** The capped module, or why it cannot be capped. */
export type CapResult =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly exceeded: CapExceeded };

/**
 * Lowers the maxima of a module's memory and tables to `caps`, so that `memory.grow` and `table.grow` answer -1 past
 * them. The engine has no other bound: a worker's `resourceLimits` do not count a guest's memory.
 *
 * Several tables share `maxTableElements`: what their minima leave of it is divided evenly among them. Imported memories
 * and tables are left alone; linking refuses them.
 *
 * To be done before `rewriteModule`, which notes how far a module may grow.
 *
 * @param bytes - a module that passed `inspectModule`.
 * @returns a module that means the same up to the caps; `bytes` itself when it has neither memory nor table.
 */
export function capLimits(bytes: Uint8Array, caps: ResourceCaps): CapResult {
  const output = createByteWriter();
  let copiedUntil = 0;
  for (const { id, start, end, content } of readSections(bytes)) {
    if (id !== SECTION.memory && id !== SECTION.table) continue;
    const capped = id === SECTION.memory ? capMemories(content, caps) : capTables(content, caps, bytes);
    if ("exceeded" in capped) return { ok: false, exceeded: capped.exceeded };
    output.bytes(bytes.subarray(copiedUntil, start));
    output.byte(id);
    output.u32(capped.content.byteLength);
    output.bytes(capped.content);
    copiedUntil = end;
  }
  if (copiedUntil === 0) return { ok: true, bytes };
  output.bytes(bytes.subarray(copiedUntil));
  return { ok: true, bytes: output.finish() };
}

type CappedSection = { readonly content: Uint8Array } | { readonly exceeded: CapExceeded };

function capMemories(content: ByteReader, { maxMemoryBytes }: ResourceCaps): CappedSection {
  const maxPages = Math.floor(maxMemoryBytes / PAGE_BYTES);
  const output = createByteWriter();
  const count = content.u32();
  output.u32(count);
  for (let index = 0; index < count; index++) {
    const limits = readLimits(content, "memory");
    if (limits.minimum > maxPages) {
      return {
        exceeded: { resource: "memory", minimumBytes: limits.minimum * PAGE_BYTES, maxMemoryBytes },
      };
    }
    writeLimits(output, limits, maxPages);
  }
  return { content: output.finish() };
}

function capTables(
  content: ByteReader,
  { maxTableElements }: ResourceCaps,
  module: Uint8Array,
): CappedSection {
  const tables = Array.from({ length: content.u32() }, () => {
    const elementCode = module[content.offset] ?? 0;
    return { elementCode, limits: readTable(content).limits };
  });
  const minimumElements = tables.reduce((sum, { limits }) => sum + limits.minimum, 0);
  if (minimumElements > maxTableElements) {
    return { exceeded: { resource: "table", minimumElements, maxTableElements } };
  }
  const spare = Math.floor((maxTableElements - minimumElements) / tables.length);
  const output = createByteWriter();
  output.u32(tables.length);
  for (const { elementCode, limits } of tables) {
    output.byte(elementCode);
    writeLimits(output, limits, limits.minimum + spare);
  }
  return { content: output.finish() };
}

function writeLimits(output: ByteWriter, { minimum, maximum }: Limits, cap: number): void {
  output.byte(0x01);
  output.u32(minimum);
  output.u32(Math.min(maximum ?? cap, cap));
}
