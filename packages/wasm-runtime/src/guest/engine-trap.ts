import { type WasmFunction, webAssembly } from "../webassembly.ts";

/** `(module (func (export "trap") unreachable))` */
const TRAP_MODULE = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x04, 0x01, 0x60, 0x00, 0x00],
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x07, 0x08, 0x01, 0x04, 0x74, 0x72, 0x61, 0x70, 0x00, 0x00],
  ...[0x0a, 0x05, 0x01, 0x03, 0x00, 0x00, 0x0b],
);

/**
 * Makes errors that no guest can catch: those that the engine makes for a trap. A guest's `catch_all` catches whatever
 * else is thrown into it or what its import rejects with, one of the engine's own classes included.
 */
export function createTrapMaker(): () => unknown {
  const { exports } = new webAssembly.Instance(new webAssembly.Module(TRAP_MODULE), {});
  const trap = exports["trap"] as WasmFunction;
  return () => {
    try {
      return trap();
    } catch (error) {
      return error;
    }
  };
}
