/**
 * A stream of bytes that the seed alone decides: xoshiro128**, begun with two outputs of SplitMix64. Not fit for secrets:
 * a few outputs tell all that follow. Written here rather than taken from a library, because a byte that changed with its
 * version would change what every guest computes.
 *
 * @see https://prng.di.unimi.it/xoshiro128starstar.c
 */
export function createRandomBytes(seed: bigint): (length: number) => Uint8Array {
  const next = xoshiro128StarStar(initialState(seed));
  return (length) => {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += 4) {
      const word = next();
      // What is behind the end of a typed array is not written.
      bytes[at] = word;
      bytes[at + 1] = word >>> 8;
      bytes[at + 2] = word >>> 16;
      bytes[at + 3] = word >>> 24;
    }
    return bytes;
  };
}

type State = readonly [number, number, number, number];

/** Each call answers with 32 bits, as a signed number. `state` must not be all zeros. */
export function xoshiro128StarStar([first, second, third, fourth]: State): () => number {
  let [a, b, c, d] = [first, second, third, fourth];
  return () => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return result;
  };
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** Two outputs of SplitMix64 are never equal in a row, so not all of it is zero. */
function initialState(seed: bigint): State {
  const [low, high] = [splitMix64(seed, 1n), splitMix64(seed, 2n)];
  return [Number(low & 0xffff_ffffn), Number(low >> 32n), Number(high & 0xffff_ffffn), Number(high >> 32n)];
}

/** The `index`th output of SplitMix64, from 1. @see https://prng.di.unimi.it/splitmix64.c */
export function splitMix64(seed: bigint, index: bigint): bigint {
  const u64 = (value: bigint) => BigInt.asUintN(64, value);
  let mixed = u64(seed + index * 0x9e37_79b9_7f4a_7c15n);
  mixed = u64((mixed ^ (mixed >> 30n)) * 0xbf58_476d_1ce4_e5b9n);
  mixed = u64((mixed ^ (mixed >> 27n)) * 0x94d0_49bb_1331_11ebn);
  return mixed ^ (mixed >> 31n);
}
