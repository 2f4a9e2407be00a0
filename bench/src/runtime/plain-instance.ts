import { encodedInputOf } from "./guests.ts";

/** TypeScript declares WebAssembly only for browsers. */
interface Engine {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}

const engine: Engine = Reflect.get(globalThis, "WebAssembly");

interface ChallengeExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  allocate(size: number, alignment: number): number;
  evaluate(pointer: number, length: number): bigint;
}

export function compilePlain(bytes: Uint8Array): object {
  return new engine.Module(bytes);
}

/**
 * What everybody knows: a new instance of the module as it was given, its input written, its result copied. Nothing limits
 * it and nothing is measured.
 *
 * @returns the score.
 */
export function callPlain(module: object, numbers: readonly number[], imports: object = {}): bigint {
  const input = encodedInputOf(...numbers);
  const exports = new engine.Instance(module, imports).exports as ChallengeExports;
  const pointer = exports.allocate(input.byteLength, 0);
  new Uint8Array(exports.memory.buffer, pointer, input.byteLength).set(input);
  const packed = exports.evaluate(pointer, input.byteLength);
  const output = new Uint8Array(
    exports.memory.buffer,
    Number(packed & 0xffff_ffffn),
    Number(packed >> 32n),
  ).slice();
  return new DataView(output.buffer).getBigInt64(0, true);
}
