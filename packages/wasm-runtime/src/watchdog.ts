import { performance } from "node:perf_hooks";
import type { Shard } from "./shard.ts";
import type { ThreadProgress } from "./thread.ts";

/** Finds threads that one guest keeps from everything else. */
export interface Watchdog {
  watch(shard: Shard): void;
  forget(shard: Shard): void;
}

/** How often a thread is looked at before it counts as stalled. */
const LOOKS = 8;

/**
 * A guest gives its thread up about every millisecond. One that does not is inside of a single operation of the engine:
 * it compiles a function, or fills a memory. A thread is reported when it was looked at eight times in `maxStallMs` and
 * the same turn of the same guest went on.
 *
 * Looks are counted, not time: a machine that stood still, or a calling thread that was busy, is nobody's fault.
 */
export function createWatchdog(
  maxStallMs: number,
  stalled: (shard: Shard, progress: ThreadProgress) => void,
): Watchdog {
  const seen = new Map<Shard, { heartbeat: number; looks: number }>();
  const intervalMs = maxStallMs / LOOKS;
  let timer: NodeJS.Timeout | null = null;
  let lookedAtMs = 0;

  function look(): void {
    const now = performance.now();
    const late = now - lookedAtMs > 2 * intervalMs;
    lookedAtMs = now;
    for (const [shard, last] of [...seen]) {
      const progress = shard.progress();
      if (progress === null || progress.running === 0 || progress.heartbeat !== last.heartbeat) {
        seen.set(shard, { heartbeat: progress?.heartbeat ?? 0, looks: 0 });
      } else if (!late) {
        last.looks += 1;
        if (last.looks >= LOOKS) stalled(shard, progress);
      }
    }
  }

  return {
    watch(shard) {
      seen.set(shard, { heartbeat: shard.progress()?.heartbeat ?? 0, looks: 0 });
      if (timer !== null) return;
      lookedAtMs = performance.now();
      timer = setInterval(look, intervalMs);
      timer.unref();
    },
    forget(shard) {
      seen.delete(shard);
      if (seen.size > 0 || timer === null) return;
      clearInterval(timer);
      timer = null;
    },
  };
}
