import { WasmRuntimeError, type WasmRuntimeFailure } from "../../src/errors.ts";

/** The failure of the WasmRuntimeError that `action` throws; any other error is thrown on. */
export function failureOf(action: () => unknown): WasmRuntimeFailure | null {
  try {
    action();
    return null;
  } catch (error) {
    if (error instanceof WasmRuntimeError) return error.failure;
    throw error;
  }
}

/** As `failureOf`, of what `promise` rejects with. */
export async function rejectionOf(promise: Promise<unknown>): Promise<WasmRuntimeFailure | null> {
  try {
    await promise;
    return null;
  } catch (error) {
    if (error instanceof WasmRuntimeError) return error.failure;
    throw error;
  }
}
