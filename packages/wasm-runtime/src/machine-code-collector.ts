import { exposeEngineCollector } from "./engine-collector.ts";
import type { MachineCode } from "./protocol.ts";

/** Sees to it that the machine code of modules that nobody needs any more does not pile up. */
export interface MachineCodeCollector {
  /** A module was forgotten, or one guest of it. */
  left(code: MachineCode): void;
}

/** Less than this is not worth a collection. */
const MIN_LEFT_CODE_BYTES = 32 * 1024 * 1024;

/**
 * How much machine code, by its estimates, the calling thread may leave behind, and all threads of guests together: each half
 * as much as the cache keeps.
 */
export function maxLeftCodeBytes(maxCachedBytes: number): number {
  return Math.max(Math.floor(maxCachedBytes / 2), MIN_LEFT_CODE_BYTES);
}

/**
 * The engine frees a module's machine code when every thread that had the module has collected its heap, on which it is a
 * few bytes. At 4 GiB of such code the engine aborts the process. So a thread collects its heap when the modules that it
 * has let go since the last time could have so much together, by their estimates.
 *
 * Each counts once: guests that share a module cost one collection at most. That is done at once, whatever it takes: to make
 * so much code took longer.
 *
 * @param maxBytes - from how much on it is collected.
 * @param exposeCollector - gives the function that collects this thread's heap; called when it is first needed.
 */
export function createMachineCodeCollector(
  maxBytes: number,
  exposeCollector: () => () => void = exposeEngineCollector,
): MachineCodeCollector {
  const leftModules = new Set<string>();
  let leftBytes = 0;
  let collect: (() => void) | null = null;

  return {
    left({ key, bytes }) {
      if (leftModules.has(key)) return;
      leftModules.add(key);
      leftBytes += bytes;
      if (leftBytes < maxBytes) return;
      leftModules.clear();
      leftBytes = 0;
      collect ??= exposeCollector();
      collect();
    },
  };
}
