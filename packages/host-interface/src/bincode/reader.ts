import { BincodeError } from "./errors.ts";
import { decodeUtf8 } from "./utf8.ts";

/**
 * A position in bytes that only moves forward, and what is left of the message's items. Every read checks first that
 * what it wants is there.
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #maxItems: number;
  #itemsLeft: number;
  #offset = 0;

  constructor(bytes: Uint8Array, maxItems: number) {
    // A Node Buffer is a Uint8Array whose slice() does not copy.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#maxItems = maxItems;
    this.#itemsLeft = maxItems;
  }

  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true);
  }

  i8(): number {
    return this.#view.getInt8(this.#take(1));
  }

  i16(): number {
    return this.#view.getInt16(this.#take(2), true);
  }

  i32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  i64(): bigint {
    return this.#view.getBigInt64(this.#take(8), true);
  }

  f32(): number {
    return this.#view.getFloat32(this.#take(4), true);
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  /** A 64-bit length or count. Above 2^53 it is inexact, which is still more than any message holds. */
  length(): number {
    const start = this.#take(8);
    return this.#view.getUint32(start + 4, true) * 2 ** 32 + this.#view.getUint32(start, true);
  }

  /** Takes `count` items from what is left for the whole message. */
  countItems(count: number): void {
    // Written so that a limit which is not a number refuses.
    if (!(count <= this.#itemsLeft)) {
      throw new BincodeError({ code: "ITEM_LIMIT", offset: this.#offset, maxItems: this.#maxItems });
    }
    this.#itemsLeft -= count;
  }

  /** A copy of the next `length` bytes. */
  bytes(length: number): Uint8Array {
    const start = this.#take(length);
    return this.#bytes.slice(start, start + length);
  }

  /** The next `length` bytes as text. */
  text(length: number): string {
    const start = this.#take(length, "text");
    const text = decodeUtf8(this.#bytes.subarray(start, start + length));
    if (typeof text === "string") return text;
    throw new BincodeError({ code: "INVALID_UTF8", offset: start, ...text });
  }

  /** Steps over the next `length` bytes and returns where they start. */
  #take(length: number, reading: "value" | "text" = "value"): number {
    const start = this.#offset;
    if (length > this.#bytes.length - start) {
      throw new BincodeError({ code: "UNEXPECTED_END", offset: start, reading });
    }
    this.#offset = start + length;
    return start;
  }
}
