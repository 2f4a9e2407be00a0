// The wire format of every message: bincode 1. Numbers are little endian, as WebAssembly's memory is; a length is
// a u64; an option is one byte, 0 or 1, then the value; an enum is its variant's index as a u32, then the payload.

/** Reads a message field by field. */
export class Reader {
  /** Turns true when a field was not there or made no sense; everything that was read is then worthless. */
  failed: bool = false;
  private position: i32 = 0;

  constructor(private message: Uint8Array) {}

  u8(): u8 {
    return this.number<u8>();
  }

  u32(): u32 {
    return this.number<u32>();
  }

  u64(): u64 {
    return this.number<u64>();
  }

  bytes(): Uint8Array {
    const length = this.u64();
    const address = this.take(length);
    if (!address) return new Uint8Array(0);
    const bytes = new Uint8Array(<i32>length);
    memory.copy(bytes.dataStart, address, <usize>length);
    return bytes;
  }

  string(): string {
    const length = this.u64();
    const address = this.take(length);
    return address ? String.UTF8.decodeUnsafe(address, <usize>length) : "";
  }

  optionalBytes(): Uint8Array | null {
    const tag = this.u8();
    if (tag > 1) this.failed = true;
    return tag == 1 ? this.bytes() : null;
  }

  private number<T>(): T {
    const address = this.take(sizeof<T>());
    return address ? load<T>(address) : <T>0;
  }

  /** The address of the next `size` bytes; 0 when the message has fewer. */
  private take(size: u64): usize {
    if (size > <u64>(this.message.length - this.position)) {
      this.failed = true;
      return 0;
    }
    const address = this.message.dataStart + this.position;
    this.position += <i32>size;
    return address;
  }
}

/** Writes a message field by field. */
export class Writer {
  private buffer: Uint8Array = new Uint8Array(512);
  private length: i32 = 0;

  /** The message so far. */
  message(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  bool(value: bool): void {
    store<u8>(this.room(1), value);
  }

  i64(value: i64): void {
    store<i64>(this.room(8), value);
  }

  u64(value: u64): void {
    store<u64>(this.room(8), value);
  }

  bytes(value: Uint8Array): void {
    this.u64(value.length);
    memory.copy(this.room(value.length), value.dataStart, value.length);
  }

  string(value: string): void {
    // A lone surrogate, which a program's output may smuggle in, would not be UTF-8: it becomes U+FFFD.
    this.bytes(Uint8Array.wrap(String.UTF8.encode(value, false, String.UTF8.ErrorMode.REPLACE)));
  }

  optionalBytes(value: Uint8Array | null): void {
    this.bool(value != null);
    if (value) this.bytes(value);
  }

  optionalString(value: string | null): void {
    this.bool(value != null);
    if (value) this.string(value);
  }

  /** The address of `size` new bytes. */
  private room(size: i32): usize {
    const end = this.length + size;
    if (end > this.buffer.length) {
      const larger = new Uint8Array(max(end, 2 * this.buffer.length));
      larger.set(this.message());
      this.buffer = larger;
    }
    const address = this.buffer.dataStart + this.length;
    this.length = end;
    return address;
  }
}
