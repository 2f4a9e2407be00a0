import { FUEL_PER_VIRTUAL_MS } from "@assay/host-interface";

const NS_PER_MS = 1_000_000;
const FUEL_PER_NS = FUEL_PER_VIRTUAL_MS / NS_PER_MS;
/** The last nanosecond that a WASI timestamp can name. At it every clock stands still. */
const LAST_NS = 2n ** 64n - 1n;

/** A clock that nothing but the guest moves: by the fuel it uses, and by its sleeping. It never goes backwards. */
export interface VirtualClock {
  /** Nanoseconds since the Unix epoch. */
  realtimeNs(): bigint;
  /** Nanoseconds since the guest's beginning. */
  monotonicNs(): bigint;
  /** `monotonicNs` without the sleeping. */
  cpuNs(): bigint;
  /** What `monotonicNs` is when `realtimeNs` reaches `realtime`; negative if that was before the guest's beginning. */
  toMonotonicNs(realtimeNs: bigint): bigint;
  /** Moves `monotonicNs` on to at least this, at once. */
  sleepUntil(monotonicNs: bigint): void;
}

export function createVirtualClock(startTimestampMs: number, fuelUsed: () => number): VirtualClock {
  const startNs = BigInt(startTimestampMs) * BigInt(NS_PER_MS);
  let cpu = 0n;
  let slept = 0n;

  function cpuNs(): bigint {
    const now = BigInt(Math.floor(fuelUsed() / FUEL_PER_NS));
    // Whatever the meter says, a clock that went backwards would break the guest.
    if (now > cpu) cpu = now;
    return cpu;
  }
  const monotonicNs = () => earlier(cpuNs() + slept, LAST_NS);

  return {
    realtimeNs: () => earlier(startNs + monotonicNs(), LAST_NS),
    monotonicNs,
    cpuNs,
    toMonotonicNs: (realtimeNs) => realtimeNs - startNs,
    sleepUntil(wakeNs) {
      const remaining = earlier(wakeNs, LAST_NS) - monotonicNs();
      if (remaining > 0n) slept += remaining;
    },
  };
}

function earlier(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}
