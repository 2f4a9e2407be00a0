import type { Gate } from "./gate.ts";
import { GATE_BOUNDS } from "./layout.ts";

/**
 * Waits until a gate is up, for at most `GATE_BOUNDS.startMs`: on a stuck file system bubblewrap can hang for ever.
 *
 * @returns `null`, or why it is not up. It may still run then.
 */
export async function readiness(gate: Gate, signal: AbortSignal): Promise<string | null> {
  const late = AbortSignal.any([signal, AbortSignal.timeout(GATE_BOUNDS.startMs)]);
  const { promise: gaveUp, resolve: giveUp } = Promise.withResolvers<string>();
  const onLate = () => giveUp(`bubblewrap was not up within ${GATE_BOUNDS.startMs} ms`);
  if (late.aborted) onLate();
  late.addEventListener("abort", onLate, { once: true });
  try {
    return await Promise.race([gate.ready, gaveUp]);
  } finally {
    late.removeEventListener("abort", onLate);
  }
}
