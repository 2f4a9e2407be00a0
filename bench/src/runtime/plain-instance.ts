import { encodedInputOf } from "./guests.ts";

/** TypeScript declares WebAssembly only for browsers, and promise integration nowhere. */
interface Engine {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
  readonly promising: <A extends number[], R>(exported: (...args: A) => R) => (...args: A) => Promise<R>;
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
  const exports = new engine.Instance(module, imports).exports as ChallengeExports;
  const input = encodedInputOf(...numbers);
  const pointer = exports.allocate(input.byteLength, 0);
  write(exports, pointer, input);
  return readScore(exports, exports.evaluate(pointer, input.byteLength));
}

/** The same with exports that may be suspended: the least that any host pays which shares a thread among guests. */
export async function callPlainSuspendable(module: object, numbers: readonly number[]): Promise<bigint> {
  const exports = new engine.Instance(module, {}).exports as ChallengeExports;
  const input = encodedInputOf(...numbers);
  const pointer = await engine.promising(exports.allocate)(input.byteLength, 0);
  write(exports, pointer, input);
  return readScore(exports, await engine.promising(exports.evaluate)(pointer, input.byteLength));
}

function write({ memory }: ChallengeExports, pointer: number, bytes: Uint8Array): void {
  new Uint8Array(memory.buffer, pointer, bytes.byteLength).set(bytes);
}

function readScore({ memory }: ChallengeExports, packed: bigint): bigint {
  const pointer = Number(packed & 0xffff_ffffn);
  const output = new Uint8Array(memory.buffer, pointer, Number(packed >> 32n)).slice();
  return new DataView(output.buffer).getBigInt64(0, true);
}
