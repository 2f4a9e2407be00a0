import { encodeUtf8Into } from "./utf8.ts";

const INITIAL_BYTES = 256;

/** Bytes that grow at the end. Growing replaces the array and its view, so each write extends first and then looks. */
export class ByteWriter {
  #bytes = new Uint8Array(INITIAL_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  u8(value: number): void {
    const start = this.#extend(1);
    this.#view.setUint8(start, value);
  }

  u16(value: number): void {
    const start = this.#extend(2);
    this.#view.setUint16(start, value, true);
  }

  u32(value: number): void {
    const start = this.#extend(4);
    this.#view.setUint32(start, value, true);
  }

  u64(value: bigint): void {
    const start = this.#extend(8);
    this.#view.setBigUint64(start, value, true);
  }

  i8(value: number): void {
    const start = this.#extend(1);
    this.#view.setInt8(start, value);
  }

  i16(value: number): void {
    const start = this.#extend(2);
    this.#view.setInt16(start, value, true);
  }

  i32(value: number): void {
    const start = this.#extend(4);
    this.#view.setInt32(start, value, true);
  }

  i64(value: bigint): void {
    const start = this.#extend(8);
    this.#view.setBigInt64(start, value, true);
  }

  f32(value: number): void {
    const start = this.#extend(4);
    this.#view.setFloat32(start, value, true);
  }

  f64(value: number): void {
    const start = this.#extend(8);
    this.#view.setFloat64(start, value, true);
  }

  /** A 64-bit length or count. */
  length(value: number): void {
    const start = this.#extend(8);
    this.#view.setUint32(start, value >>> 0, true);
    this.#view.setUint32(start + 4, Math.floor(value / 2 ** 32), true);
  }

  bytes(value: Uint8Array): void {
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
