import type { MemoryImport } from "../rewrite/private-names.ts";
import { PAGE_BYTES, type WasmMemory, webAssembly } from "../webassembly.ts";

/** The limits of a memory, in pages. */
export type MemoryLimits = Pick<MemoryImport, "minimumPages" | "maximumPages">;

/** Memories of guests that are gone, for those to come. */
export interface MemoryPool {
  /**
   * A memory of these limits, every byte of it 0.
   *
   * @throws {RangeError} the host has no room.
   */
  take(limits: MemoryLimits): WasmMemory;
  /**
   * Takes a memory back that no code can reach any more.
   *
   * @returns whether it is kept.
   */
  give(memory: WasmMemory, limits: MemoryLimits): boolean;
}

/** What one memory may have to be kept: to make it 0 again takes about a twentieth of a millisecond. */
const MAX_MEMORY_BYTES = 2 * 1024 * 1024;
/** What all of them may have. Each was made 0, so the machine holds all of it. */
const MAX_POOL_BYTES = 32 * 1024 * 1024;
/** How many are kept: the engine reserves 8 GiB of addresses for each, however small, and all threads share 128 TiB. */
const MAX_POOL_MEMORIES = 64;

/**
 * A new memory takes longer than all the rest of instantiating a guest, and is freed only when the heap is collected. One
 * that never grew can be used again: there is nothing about it that the next guest could tell from a new one. (One that
 * grew cannot be made small again, and its size shows.)
 */
export function createMemoryPool(): MemoryPool {
  const kept = new Map<string, WasmMemory[]>();
  let keptBytes = 0;
  let keptMemories = 0;

  return {
    take(limits) {
      const memory = kept.get(keyOf(limits))?.pop();
      if (memory === undefined) return createMemory(limits);
      keptBytes -= memory.buffer.byteLength;
      keptMemories -= 1;
      return memory;
    },
    give(memory, limits) {
      const { byteLength } = memory.buffer;
      const grew = byteLength !== limits.minimumPages * PAGE_BYTES;
      if (grew || byteLength > MAX_MEMORY_BYTES) return false;
      new Uint8Array(memory.buffer).fill(0);
      const key = keyOf(limits);
      const alike = kept.get(key) ?? [];
      alike.push(memory);
      kept.delete(key);
      kept.set(key, alike);
      keptBytes += byteLength;
      keptMemories += 1;
      shrink();
      return true;
    },
  };

  /** Forgets those first whose like was not given for longest. */
  function shrink(): void {
    for (const [key, memories] of kept) {
      while ((keptBytes > MAX_POOL_BYTES || keptMemories > MAX_POOL_MEMORIES) && memories.length > 0) {
        keptBytes -= memories.pop()?.buffer.byteLength ?? 0;
        keptMemories -= 1;
      }
      if (memories.length > 0) return;
      kept.delete(key);
    }
  }
}

function keyOf({ minimumPages, maximumPages }: MemoryLimits): string {
  return `${minimumPages}:${maximumPages}`;
}

function createMemory({ minimumPages, maximumPages }: MemoryLimits): WasmMemory {
  const limits = { initial: minimumPages };
  return new webAssembly.Memory(maximumPages === null ? limits : { ...limits, maximum: maximumPages });
}
