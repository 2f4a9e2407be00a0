const FUNCTIONS = 28;
const FUNCTION_BYTES = 300_000;

/** A valid module of 8 MiB that takes seconds to rewrite: nothing but empty loops. */
export function slowModule(): Uint8Array<ArrayBuffer> {
  const loops = Buffer.alloc(FUNCTION_BYTES, Buffer.of(0x03, 0x40, 0x0b));
  const body = Buffer.concat([Buffer.of(0), loops, Buffer.of(0x0b)]);
  const entry = Buffer.concat([Buffer.from(unsigned(body.length)), body]);
  const code = Buffer.concat([Buffer.of(FUNCTIONS), ...Array<Buffer>(FUNCTIONS).fill(entry)]);
  return Buffer.concat([
    Buffer.of(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0),
    Buffer.of(1, 4, 1, 0x60, 0, 0),
    Buffer.of(3, FUNCTIONS + 1, FUNCTIONS, ...Array<number>(FUNCTIONS).fill(0)),
    Buffer.of(10, ...unsigned(code.length)),
    code,
  ]);
}

function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}
