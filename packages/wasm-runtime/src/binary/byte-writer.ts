/** Numbers and bytes in WebAssembly's encoding, gathered piece by piece. */
export interface ByteWriter {
  byte(value: number): void;
  /** An unsigned LEB128 number in as few bytes as it takes. */
  u32(value: number): void;
  bytes(value: Uint8Array): void;
  /** Everything written so far. */
  finish(): Uint8Array;
}

export function createByteWriter(): ByteWriter {
  const pieces: Uint8Array[] = [];
  let small: number[] = [];

  function flush(): void {
    if (small.length > 0) pieces.push(Uint8Array.from(small));
    small = [];
  }

  return {
    byte(value) {
      small.push(value);
    },
    u32(value) {
      let rest = value;
      for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) small.push((rest % 0x80) | 0x80);
      small.push(rest);
    },
    bytes(value) {
      flush();
      pieces.push(value);
    },
    finish() {
      flush();
      const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0));
      let offset = 0;
      for (const piece of pieces) {
        whole.set(piece, offset);
        offset += piece.byteLength;
      }
      return whole;
    },
  };
}
