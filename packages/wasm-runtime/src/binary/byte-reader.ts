import { WasmRuntimeError } from "../errors.ts";

/** Reads a module's bytes from front to back, never past its end. Every failure is `MODULE_REFUSED`, reason `invalid`. */
export interface ByteReader {
  /** Where in the module the next byte is. */
  readonly offset: number;
  readonly atEnd: boolean;
  byte(): number;
  /** An unsigned LEB128 number of 32 bits: at most five bytes, and no bit above the 32nd. */
  u32(): number;
  /** UTF-8 text after its length. */
  name(): string;
  /** Moves on by `length` bytes and returns a reader of just those. */
  section(length: number): ByteReader;
  /** Moves on to the end and returns what was left. */
  rest(): Uint8Array;
}

// A byte order mark is part of the name (`ignoreBOM` keeps it): two names may differ by nothing else.
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function createByteReader(bytes: Uint8Array, start = 0, end: number = bytes.byteLength): ByteReader {
  let offset = start;

  function take(length: number): number {
    if (length > end - offset) throw malformed(offset, "unexpected end");
    const from = offset;
    offset += length;
    return from;
  }

  function byte(): number {
    return bytes[take(1)] ?? 0;
  }

  function u32(): number {
    const from = offset;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const next = byte();
      if (shift === 28 && next > 0x0f) break;
      value += (next & 0x7f) * 2 ** shift;
      if (next < 0x80) return value;
    }
    throw malformed(from, "a number longer than 32 bits");
  }

  return {
    get offset() {
      return offset;
    },
    get atEnd() {
      return offset === end;
    },
    byte,
    u32,
    name() {
      const length = u32();
      const from = take(length);
      try {
        return UTF8.decode(bytes.subarray(from, from + length));
      } catch {
        throw malformed(from, "a name that is not UTF-8");
      }
    },
    section(length) {
      const from = take(length);
      return createByteReader(bytes, from, from + length);
    },
    rest() {
      const from = take(end - offset);
      return bytes.subarray(from, end);
    },
  };
}

/** The refusal of bytes that are not a WebAssembly module. */
export function malformed(offset: number, found: string): WasmRuntimeError {
  return new WasmRuntimeError({
    code: "MODULE_REFUSED",
    reason: "invalid",
    detail: `${found} at byte ${offset}`,
  });
}
