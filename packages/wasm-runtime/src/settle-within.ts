import { WasmRuntimeError, type WasmRuntimeFailure } from "./errors.ts";

/**
 * Waits for what should come to its end soon.
 *
 * @throws {WasmRuntimeError} `failure`: it had not settled after `graceMs`. It goes on; nobody waits for it any more.
 */
export async function settleWithin(
  settling: Promise<unknown>,
  graceMs: number,
  failure: WasmRuntimeFailure,
): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new WasmRuntimeError(failure)), graceMs);
  try {
    await Promise.race([settling, late]);
  } finally {
    clearTimeout(timer);
  }
}
