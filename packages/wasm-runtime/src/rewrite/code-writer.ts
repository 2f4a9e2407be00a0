/** Bytes of a module in the making, in one growing array. */
export interface CodeWriter {
  /** How many bytes were written. */
  readonly length: number;
  byte(value: number): void;
  /** An unsigned LEB128 number, in as few bytes as it takes. */
  u32(value: number): void;
  /** A signed LEB128 number, in as few bytes as it takes. `value` is an integer of at most 53 bits. */
  signed(value: number): void;
  bytes(source: Uint8Array, start?: number, end?: number): void;
  text(value: string): void;
  /** Writes `content` after its length. */
  sized(content: CodeWriter): void;
  clear(): void;
  /** What was written, until the next write. */
  view(): Uint8Array;
}

export function createCodeWriter(capacity = 256): CodeWriter {
  let buffer = new Uint8Array(capacity);
  let length = 0;

  function reserve(count: number): void {
    if (length + count <= buffer.length) return;
    const larger = new Uint8Array(Math.max(buffer.length * 2, length + count));
    larger.set(buffer.subarray(0, length));
    buffer = larger;
  }

  function byte(value: number): void {
    if (length === buffer.length) reserve(1);
    buffer[length++] = value;
  }

  function u32(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) byte((rest % 0x80) | 0x80);
    byte(rest);
  }

  function bytes(source: Uint8Array, start = 0, end = source.length): void {
    reserve(end - start);
    // Most stretches are a few bytes long, for which a call of the engine costs more than the copy.
    if (end - start < 24) for (let from = start; from < end; from++) buffer[length++] = source[from] ?? 0;
    else {
      buffer.set(source.subarray(start, end), length);
      length += end - start;
    }
  }

  function view(): Uint8Array {
    return buffer.subarray(0, length);
  }

  return {
    get length() {
      return length;
    },
    byte,
    u32,
    signed(value) {
      let rest = value;
      for (; rest < -0x40 || rest > 0x3f; rest = Math.floor(rest / 0x80)) byte((rest & 0x7f) | 0x80);
      byte(rest & 0x7f);
    },
    bytes,
    text(value) {
      const encoded = new TextEncoder().encode(value);
      u32(encoded.length);
      bytes(encoded);
    },
    sized(content) {
      u32(content.length);
      bytes(content.view());
    },
    clear() {
      length = 0;
    },
    view,
  };
}
