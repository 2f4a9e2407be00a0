import { WasmRuntimeError } from "./errors.ts";
import type { OutputStream } from "./wasi-config.ts";
import { WASI_MODULE } from "./wasi-functions.ts";

/** Who hears what a guest writes. */
export type WasiOutputListener = (stream: OutputStream, bytes: Uint8Array) => void;

/** Passes on what one guest writes. */
export interface WasiOutput {
  /** A call of the guest begins. */
  begin(): void;
  /** The same call begins again: what was passed on already is not passed on again. */
  repeat(): void;
  /** @throws {WasmRuntimeError} `HOST_FUNCTION_FAILED`: the listener threw (`cause`). */
  write(stream: OutputStream, bytes: Uint8Array): void;
}

export function createWasiOutput(listener: WasiOutputListener | null | undefined): WasiOutput {
  let passedOn = 0;
  let toSkip = 0;

  return {
    begin() {
      passedOn = 0;
      toSkip = 0;
    },
    repeat() {
      toSkip = passedOn;
    },
    write(stream, bytes) {
      // The same bytes come again, but in other pieces.
      const skipped = Math.min(toSkip, bytes.byteLength);
      toSkip -= skipped;
      const rest = bytes.subarray(skipped);
      if (rest.byteLength === 0) return;
      passedOn += rest.byteLength;
      try {
        listener?.(stream, rest);
      } catch (cause) {
        const failure = { code: "HOST_FUNCTION_FAILED", module: WASI_MODULE, name: "fd_write" } as const;
        throw new WasmRuntimeError({ ...failure, fault: "threw" }, { cause });
      }
    },
  };
}
