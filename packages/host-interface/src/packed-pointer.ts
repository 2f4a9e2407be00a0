/** A region of a guest's memory; both numbers are unsigned 32-bit. */
export interface MemoryRegion {
  readonly pointer: number;
  readonly length: number;
}

/**
 * Reads the packed `i64` by which a guest returns bytes: length in the high 32 bits, pointer in the low 32, both
 * unsigned. `{ pointer: 0, length: 0 }` means that the guest has nothing to return, or failed.
 *
 * @param packed - as WebAssembly gives it, signed; any 64 bits have a meaning.
 */
export function unpackPointer(packed: bigint): MemoryRegion {
  return {
    pointer: Number(BigInt.asUintN(32, packed)),
    length: Number(BigInt.asUintN(32, packed >> 32n)),
  };
}

/**
 * The signed `i64` that a guest returns for a region; the inverse of {@link unpackPointer}.
 *
 * @param pointer - unsigned; of larger numbers the low 32 bits are taken, as in `i32` arithmetic.
 * @param length - likewise.
 */
export function packPointer(pointer: number, length: number): bigint {
  return BigInt.asIntN(64, (BigInt(length >>> 0) << 32n) | BigInt(pointer >>> 0));
}
