import { encodeUtf8Into } from "./utf8.ts";

const INITIAL_BYTES = 256;

/** Bytes that grow at the end. */
export class ByteWriter {
  #bytes = new Uint8Array(INITIAL_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  u8(value: number): void {
    this.#view.setUint8(this.#extend(1), value);
  }

  u16(value: number): void {
    this.#view.setUint16(this.#extend(2), value, true);
  }

  u32(value: number): void {
    this.#view.setUint32(this.#extend(4), value, true);
  }

  u64(value: bigint): void {
    this.#view.setBigUint64(this.#extend(8), value, true);
  }

  i8(value: number): void {
    this.#view.setInt8(this.#extend(1), value);
  }

  i16(value: number): void {
    this.#view.setInt16(this.#extend(2), value, true);
  }

  i32(value: number): void {
    this.#view.setInt32(this.#extend(4), value, true);
  }

  i64(value: bigint): void {
    this.#view.setBigInt64(this.#extend(8), value, true);
  }

  f32(value: number): void {
    this.#view.setFloat32(this.#extend(4), value, true);
  }

  f64(value: number): void {
    this.#view.setFloat64(this.#extend(8), value, true);
  }

  /** A 64-bit length or count. */
  length(value: number): void {
    const start = this.#extend(8);
    this.#view.setUint32(start, value >>> 0, true);
    this.#view.setUint32(start + 4, Math.floor(value / 2 ** 32), true);
  }

  bytes(value: Uint8Array): void {
    // Separately, because growing replaces the array.
    const start = this.#extend(value.length);
    this.#bytes.set(value, start);
  }

  /** The length of well-formed text in UTF-8, then the text. */
  text(value: string): void {
    const lengthStart = this.#extend(8);
    const start = lengthStart + 8;
    // A UTF-16 unit takes at most three bytes.
    this.#reserve(value.length * 3);
    const written = encodeUtf8Into(value, this.#bytes.subarray(start));
    this.#length = start + written;
    this.#view.setUint32(lengthStart, written, true);
    this.#view.setUint32(lengthStart + 4, 0, true);
  }

  /** A copy of what was written, in a buffer of exactly its size. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #extend(length: number): number {
    this.#reserve(length);
    const start = this.#length;
    this.#length = start + length;
    return start;
  }

  #reserve(length: number): void {
    const needed = this.#length + length;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}
