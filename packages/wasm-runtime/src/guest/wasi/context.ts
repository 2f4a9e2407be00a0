import type { OutputStream } from "../../wasi-config.ts";
import type { WASI_FUNCTIONS, WasiFunctionName } from "../../wasi-functions.ts";
import type { WasmMemory } from "../../webassembly.ts";
import type { Errno } from "./errno.ts";

/** What the guest's thread does for WASI. None of it throws, but for `exit`. */
export interface WasiHooks {
  /** The guest's memory; `null` before it is instantiated. */
  memory(): WasmMemory | null;
  /** The fuel that the guest has used. The virtual clock follows it, and stands still where it is less than before. */
  fuelUsed(): number;
  /** Takes fuel for what the host has to do, which no instruction of the guest pays for. It shows in `fuelUsed`. */
  charge(fuel: number): void;
  /** What the guest wrote and `maxOutputBytes` left of it, in order: copies, never empty. */
  output(stream: OutputStream, bytes: Uint8Array): void;
  /** Ends the guest in a way that it cannot catch. */
  exit(code: number): never;
}

type Lowered<Params extends readonly string[]> = {
  -readonly [Index in keyof Params]: Params[Index] extends "i64" ? bigint : number;
};

/** What answers each function, by its WebAssembly type; i32 and i64 arrive unsigned. */
export type WasiHandlers = {
  readonly [Name in WasiFunctionName]: (...args: Lowered<(typeof WASI_FUNCTIONS)[Name]["params"]>) => Errno;
};
