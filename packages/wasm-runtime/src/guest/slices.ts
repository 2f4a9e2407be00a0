import { performance } from "node:perf_hooks";
import type { SliceSize } from "../defaults.ts";

/** Measures the turns of one guest, and says how much fuel the next one is. */
export interface Slices {
  readonly count: number;
  /**
   * How long the turns took, by the clock: nobody else runs on the thread in a turn, but the kernel may give its processor
   * away. (Its own account of a thread's time has steps of several milliseconds, longer than a turn.)
   */
  readonly cpuTimeMs: number;
  /** Forgets what was counted; a new call begins. */
  reset(): void;
  /** A turn begins; `fuelUsed` is what the call has used so far. */
  begin(fuelUsed: number): void;
  end(fuelUsed: number): void;
  /** The guest has used the fuel that it had. @returns whether there is so much left of its turn that it may go on. */
  renew(fuelUsed: number): boolean;
  /** How much fuel the guest gets at a time. */
  fuel(): number;
}

/** What a guest is taken to burn before it was measured: little, so that the first turn is a short one. */
const FIRST_FUEL_PER_MS = 1_000_000;
/** Less than any guest burns that is not held up, and more than any burns that does something. */
const MIN_FUEL_PER_MS = 10_000;
const MAX_FUEL_PER_MS = 40_000_000;
/** A turn shorter than this does not show that a guest is slow. */
const MIN_MEASURED_MS = 0.05;
/** How much faster than before a guest is taken to be after one turn, however often it was measured in it. */
const MAX_RISE = 1.1;
/** A turn that had less than this much of its time goes on: the guest was faster than it was taken to be. */
const LEAST_TURN = 0.5;
/** No measurement makes a turn shorter than this. */
const MIN_FUEL = 10_000;

/**
 * How much fuel a guest burns in a millisecond differs thirtyfold between guests, and with the tier of the compiler that
 * made its code; so a turn's fuel is taken from how fast the guest burnt the fuel of its last turns.
 *
 * A guest that burns fuel fast in one turn, on instructions that become no machine code, and slowly in the next, could so
 * get turns a hundred times too long. So what it is taken to burn falls at once, and rises slowly.
 */
export function createSlices(size: SliceSize): Slices {
  let count = 0;
  let cpuTimeMs = 0;
  let beganAtMs = 0;
  let measuredAtMs = 0;
  let measuredAtFuel = 0;
  let fuelPerMs = FIRST_FUEL_PER_MS;
  /** How fast the guest may be taken to be in this turn, and at its end. */
  let maxFuelPerMs = 0;

  /** @returns the time until which it measured. */
  function measure(fuelUsed: number): number {
    const nowMs = performance.now();
    const tookMs = nowMs - measuredAtMs;
    const measured = (fuelUsed - measuredAtFuel) / Math.max(tookMs, MIN_MEASURED_MS);
    measuredAtMs = nowMs;
    measuredAtFuel = fuelUsed;
    cpuTimeMs += tookMs;
    if (tookMs < MIN_MEASURED_MS && measured < fuelPerMs) return nowMs;
    fuelPerMs = Math.max(Math.min(measured, maxFuelPerMs), MIN_FUEL_PER_MS);
    limitRise();
    return nowMs;
  }

  function limitRise(): void {
    maxFuelPerMs = Math.min(maxFuelPerMs, fuelPerMs * MAX_RISE);
  }

  return {
    get count() {
      return count;
    },
    get cpuTimeMs() {
      return cpuTimeMs;
    },
    reset() {
      count = 0;
      cpuTimeMs = 0;
    },
    begin(fuelUsed) {
      count += 1;
      beganAtMs = performance.now();
      measuredAtMs = beganAtMs;
      measuredAtFuel = fuelUsed;
      maxFuelPerMs = MAX_FUEL_PER_MS;
      limitRise();
    },
    end(fuelUsed) {
      measure(fuelUsed);
    },
    renew(fuelUsed) {
      const nowMs = measure(fuelUsed);
      return "ms" in size && nowMs - beganAtMs < size.ms * LEAST_TURN;
    },
    fuel() {
      if ("fuel" in size) return size.fuel;
      return Math.max(Math.round(fuelPerMs * size.ms), MIN_FUEL);
    },
  };
}
