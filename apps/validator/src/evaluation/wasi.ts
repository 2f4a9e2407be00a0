import { randomBytes } from "node:crypto";
import { MAX_WASI_OUTPUT_BYTES, MAX_WASI_TIMESTAMP_MS, type WasiConfig } from "@assay/wasm-runtime";
import type { EvaluationRequest } from "./request.ts";

/**
 * What a challenge that was built for WASI finds there: the clock of its evaluation, as far as WASI can name its beginning, and random
 * bytes that are the same in every run where the evaluation is deterministic. Its policy bounds what it can write.
 */
export function wasiFor({ clock, deterministic, policy }: EvaluationRequest): Partial<WasiConfig> {
  const startMs = clock.mode === "real" ? Date.now() : clock.timestampMs;
  return {
    startTimestampMs: Math.min(Math.max(0, startMs), MAX_WASI_TIMESTAMP_MS),
    randomSeed: deterministic ? 0n : randomBytes(8).readBigUInt64LE(),
    maxOutputBytes: Math.min(policy.policy.budget.maxLogBytes, MAX_WASI_OUTPUT_BYTES),
  };
}
