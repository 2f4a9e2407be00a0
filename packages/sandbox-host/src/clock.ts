import { FUEL_PER_VIRTUAL_MS } from "@assay/host-interface";
import { SandboxHostError } from "./errors.ts";

/**
 * The time that a guest sees.
 *
 * `real` is the wall clock of this host. A `deterministic` clock begins at `timestampMs` (milliseconds since 1970-01-01T00:00Z,
 * a safe integer, may be negative), and reads no clock of this host. `advance` says what moves it:
 *
 * - `none`, the default: nothing, it stands still.
 * - `fuel`: what the guest computes, one millisecond for each `FUEL_PER_VIRTUAL_MS`, and the durations of its commands. It never
 *   goes back: where a second call counts its fuel from 0 again, time stands still until that has caught up.
 *
 * With a deterministic clock the guest is told that each command took 0 ms; with `recordedDurationsMs`, for replaying a recording,
 * that the n-th command that ran took the n-th of them, in whole milliseconds, and 0 where there are no more. A command that ran and has
 * another answer than its result takes its turn too.
 */
export type SandboxClock =
  | { readonly mode: "real" }
  | { readonly mode: "deterministic"; readonly timestampMs: number; readonly advance?: "none" }
  | {
      readonly mode: "deterministic";
      readonly timestampMs: number;
      readonly advance: "fuel";
      readonly recordedDurationsMs?: readonly number[];
    };

/** A clock during one evaluation: what has passed is its state. */
export interface EvaluationClock {
  /**
   * Milliseconds since the epoch, as the i64 that a guest receives.
   *
   * @param fuelUsed - `HostCall.fuelUsed` of the call that asks.
   */
  timestampMs(fuelUsed: number): bigint;
  /**
   * Notes that a command ran. To be called once for each.
   *
   * @param measuredMs - what the command took on this host.
   * @returns what the guest is told that it took, as u64 milliseconds rounded down.
   */
  commandTookMs(measuredMs: number): bigint;
}

/**
 * Checks a clock, when the host is made, and keeps a copy that nobody can change.
 *
 * @throws {SandboxHostError} `CLOCK_NOT_EXACT` when `timestampMs` is not a safe integer; `CLOCK_INVALID` for anything else that is wrong.
 */
export function checkClock(clock: SandboxClock): SandboxClock {
  switch (clock.mode) {
    case "real":
      return { mode: "real" };
    case "deterministic":
      return checkDeterministic(clock);
    default:
      throw new SandboxHostError({ code: "CLOCK_INVALID", field: "mode", expected: "real or deterministic" });
  }
}

function checkDeterministic(clock: Exclude<SandboxClock, { mode: "real" }>): SandboxClock {
  const { mode, timestampMs, advance = "none" } = clock;
  if (!Number.isSafeInteger(timestampMs))
    throw new SandboxHostError({ code: "CLOCK_NOT_EXACT", timestampMs });
  // Not only `fuel` has the field where nobody checks types.
  const durations = "recordedDurationsMs" in clock ? clock.recordedDurationsMs : undefined;
  switch (advance) {
    case "none":
      if (durations !== undefined) throw invalidDurations("absent while the clock stands still");
      return { mode, timestampMs, advance };
    case "fuel":
      return {
        mode,
        timestampMs,
        advance,
        recordedDurationsMs: checkDurations(timestampMs, durations ?? []),
      };
    default:
      throw new SandboxHostError({ code: "CLOCK_INVALID", field: "advance", expected: "none or fuel" });
  }
}

/** So bounded, and with no more fuel than a double holds exactly, no time is outside of an i64. */
function checkDurations(timestampMs: number, durationsMs: readonly number[]): readonly number[] {
  let end = timestampMs;
  for (const durationMs of durationsMs) {
    if (!Number.isSafeInteger(durationMs) || durationMs < 0) {
      throw invalidDurations("whole milliseconds, none below 0");
    }
    end += durationMs;
    if (!Number.isSafeInteger(end)) throw invalidDurations("small enough to end at a safe integer");
  }
  return Object.freeze([...durationsMs]);
}

function invalidDurations(expected: string): SandboxHostError {
  return new SandboxHostError({ code: "CLOCK_INVALID", field: "recordedDurationsMs", expected });
}

/** The clock at the beginning of an evaluation. @param clock - one that `checkClock` returned. */
export function startClock(clock: SandboxClock): EvaluationClock {
  if (clock.mode === "real") {
    return {
      timestampMs: () => BigInt(Date.now()),
      commandTookMs: (measuredMs) => BigInt(Math.max(0, Math.floor(measuredMs))),
    };
  }
  if (clock.advance !== "fuel") {
    const standing = BigInt(clock.timestampMs);
    // A measured duration differs from run to run, and two honest validators would see two transcripts.
    return { timestampMs: () => standing, commandTookMs: () => 0n };
  }
  return startFuelClock(clock.timestampMs, clock.recordedDurationsMs ?? []);
}

function startFuelClock(startMs: number, recordedDurationsMs: readonly number[]): EvaluationClock {
  let mostFuel = 0;
  let commands = 0;
  let commandsMs = 0n;
  return {
    timestampMs(fuelUsed) {
      mostFuel = Math.max(mostFuel, fuelUsed);
      return BigInt(startMs) + BigInt(Math.floor(mostFuel / FUEL_PER_VIRTUAL_MS)) + commandsMs;
    },
    commandTookMs() {
      const toldMs = BigInt(recordedDurationsMs[commands] ?? 0);
      commands += 1;
      commandsMs += toldMs;
      return toldMs;
    },
  };
}
