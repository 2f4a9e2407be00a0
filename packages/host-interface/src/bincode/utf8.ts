/** Where text stops being UTF-8, in the terms of Rust's `Utf8Error`. */
export interface Utf8Problem {
  readonly validUpTo: number;
  /** `null`: the bytes end inside a character. */
  readonly errorLength: number | null;
}

// A byte order mark is text like any other; without `ignoreBOM` it would be dropped.
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** The text that the bytes are, or where they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | Utf8Problem {
  try {
    return strictDecoder.decode(bytes);
  } catch (cause) {
    const problem = findUtf8Problem(bytes);
    if (problem === null) throw cause;
    return problem;
  }
}

/** Writes well-formed text into `target`, which has room for three bytes per UTF-16 unit, and says how many bytes it took. */
export function encodeUtf8Into(text: string, target: Uint8Array): number {
  return encoder.encodeInto(text, target).written;
}

/** The first place where the bytes are not UTF-8, or `null` when all are. */
export function findUtf8Problem(bytes: Uint8Array): Utf8Problem | null {
  let index = 0;
  while (index < bytes.length) {
    const first = bytes[index] ?? 0;
    const width = characterWidth(first);
    if (width === 0) return { validUpTo: index, errorLength: 1 };
    for (let read = 1; read < width; read++) {
      const next = bytes[index + read];
      if (next === undefined) return { validUpTo: index, errorLength: null };
      const [low, high] = read === 1 ? secondByteRange(first) : CONTINUATION;
      if (next < low || next > high) return { validUpTo: index, errorLength: read };
    }
    index += width;
  }
  return null;
}

/** RFC 3629 §4: 0xc0, 0xc1 and everything from 0xf5 on start no character. */
function characterWidth(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  if (first < 0xe0) return 2;
  if (first < 0xf0) return 3;
  return first < 0xf5 ? 4 : 0;
}

const CONTINUATION = [0x80, 0xbf] as const;

/** RFC 3629 §4: the second byte rules out overlong forms (e0, f0), surrogates (ed) and what is above U+10FFFF (f4). */
function secondByteRange(first: number): readonly [number, number] {
  switch (first) {
    case 0xe0:
      return [0xa0, 0xbf];
    case 0xed:
      return [0x80, 0x9f];
    case 0xf0:
      return [0x90, 0xbf];
    case 0xf4:
      return [0x80, 0x8f];
    default:
      return CONTINUATION;
  }
}
