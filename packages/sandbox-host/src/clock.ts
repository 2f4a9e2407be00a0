import { SandboxHostError } from "./errors.ts";

/**
 * The time that a guest sees.
 *
 * `real` is the wall clock of this host. `deterministic` stands still at `timestampMs` (milliseconds since 1970-01-01T00:00Z, a
 * safe integer, may be negative), and every duration that a guest is told is 0.
 */
export type SandboxClock =
  | { readonly mode: "real" }
  | { readonly mode: "deterministic"; readonly timestampMs: number };

/**
 * Checks a clock once, when the host is made.
 *
 * @throws {SandboxHostError} `CLOCK_NOT_EXACT` when `timestampMs` is not a safe integer.
 */
export function checkClock(clock: SandboxClock): SandboxClock {
  if (clock.mode === "deterministic" && !Number.isSafeInteger(clock.timestampMs)) {
    throw new SandboxHostError({ code: "CLOCK_NOT_EXACT", timestampMs: clock.timestampMs });
  }
  return clock;
}

/** Milliseconds since the epoch, as the i64 that a guest receives. */
export function timestampMs(clock: SandboxClock): bigint {
  return BigInt(clock.mode === "deterministic" ? clock.timestampMs : Date.now());
}

/**
 * A measured duration as the u64 milliseconds that a guest receives, rounded down.
 *
 * A deterministic clock stands still, so the answer is 0: a measured duration differs from run to run and from host to host, and two
 * honest validators would see two transcripts.
 */
export function guestDurationMs(clock: SandboxClock, durationMs: number): bigint {
  return clock.mode === "deterministic" ? 0n : BigInt(Math.max(0, Math.floor(durationMs)));
}
