import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Sees to it that the memories of guests that are gone do not pile up on this thread. */
export interface MemoryCollector {
  /** A guest with so much memory was forgotten. */
  released(memoryBytes: number): void;
}

/** How much may be left behind before it is collected. */
const MAX_LEFT_BYTES = 64 * 1024 * 1024;

/**
 * A guest's memory is freed when its thread's heap is collected, and the engine sees no reason to do so: on the heap a
 * memory is a few bytes. So it is told to, after so many bytes were left behind.
 */
export function createMemoryCollector(): MemoryCollector {
  let leftBytes = 0;
  let collect: (() => void) | null = null;

  return {
    released(memoryBytes) {
      leftBytes += memoryBytes;
      if (leftBytes < MAX_LEFT_BYTES) return;
      leftBytes = 0;
      collect ??= exposeCollector();
      collect();
    },
  };
}

/** Only a context that is made under the flag has the function; the contexts that guests are called from have not. */
function exposeCollector(): () => void {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  setFlagsFromString("--no-expose-gc");
  return collect;
}
