import { performance } from "node:perf_hooks";
import { exposeEngineCollector } from "../engine-collector.ts";

/** Sees to it that the memories of guests that are gone do not pile up on this thread. */
export interface MemoryCollector {
  /** A guest with so much memory was forgotten. */
  released(memoryBytes: number): void;
}

const MIB = 1024 * 1024;
/** How much may be left behind before it is collected. */
const MAX_LEFT_BYTES = 64 * MIB;
/** How much may be left behind while collecting would take too much of the thread's time. */
const MAX_DEFERRED_BYTES = 256 * MIB;
/** For how many times as long as the last collection took there is not to be another one. */
const REST_FACTOR = 9;

/**
 * A guest's memory is freed when its thread's heap is collected, and the engine sees no reason to do so: on the heap a
 * memory is a few bytes. So it is told to, after so many bytes were left behind.
 *
 * All guests of the thread wait for that, for tens of milliseconds if they have large tables; so it may take a tenth of
 * the thread's time, unless much more is left behind.
 *
 * @param exposeCollector - gives the function that collects this thread's heap; called when it is first needed.
 */
export function createMemoryCollector(
  exposeCollector: () => () => void = exposeEngineCollector,
): MemoryCollector {
  let leftBytes = 0;
  let collect: (() => void) | null = null;
  let restUntilMs = 0;

  return {
    released(memoryBytes) {
      leftBytes += memoryBytes;
      const startedAtMs = performance.now();
      const maxBytes = startedAtMs < restUntilMs ? MAX_DEFERRED_BYTES : MAX_LEFT_BYTES;
      if (leftBytes < maxBytes) return;
      leftBytes = 0;
      collect ??= exposeCollector();
      collect();
      const endedAtMs = performance.now();
      restUntilMs = endedAtMs + REST_FACTOR * (endedAtMs - startedAtMs);
    },
  };
}
