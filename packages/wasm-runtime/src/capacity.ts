/** What all guests of a runtime, and of the process, share. */
export interface Capacity {
  /** Whether there is room for one more guest that may have so much memory. */
  fits(memoryBytes: number): boolean;
  take(memoryBytes: number): void;
  give(memoryBytes: number): void;
  /** Calls `freed` whenever there may be room again, until the returned function is called. */
  onFreed(freed: () => void): () => void;
}

/**
 * How many guests may be in a process at a time, whatever runtimes they belong to. Each has a stack of its own, and the
 * engine aborts the process when it cannot map another: at about 13 000 with the kernel's default of 65 530 maps.
 */
export const MAX_GUESTS_PER_PROCESS = 2_000;

/** The one thing that this package keeps outside of any runtime, because the engine's limit is the process's. */
const inProcess = { guests: 0, listeners: new Set<() => void>() };

/**
 * @param maxTotalMemoryBytes - what the memories of a runtime's guests may be together, if all grew as far as they may. A
 *   guest that is alone is let in whatever it may have.
 */
export function createCapacity(maxTotalMemoryBytes: number): Capacity {
  let guests = 0;
  let reservedBytes = 0;

  return {
    fits(memoryBytes) {
      if (inProcess.guests >= MAX_GUESTS_PER_PROCESS) return false;
      return guests === 0 || reservedBytes + memoryBytes <= maxTotalMemoryBytes;
    },
    take(memoryBytes) {
      inProcess.guests += 1;
      guests += 1;
      reservedBytes += memoryBytes;
    },
    give(memoryBytes) {
      inProcess.guests -= 1;
      guests -= 1;
      reservedBytes -= memoryBytes;
      const [first] = inProcess.listeners;
      for (const freed of [...inProcess.listeners]) freed();
      // Another one is asked first the next time, or the others would get what it leaves.
      if (first !== undefined && inProcess.listeners.delete(first)) inProcess.listeners.add(first);
    },
    onFreed(freed) {
      inProcess.listeners.add(freed);
      return () => inProcess.listeners.delete(freed);
    },
  };
}
