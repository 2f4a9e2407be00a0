import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BincodeError } from "../../src/bincode/errors.ts";
import { decodeUtf8, findUtf8Problem } from "../../src/bincode/utf8.ts";
import { bincode, decode, encode } from "../../src/index.ts";

/** SHA-256 of what `vectors/utf8-problems.rs` prints. */
const RUST_VERDICTS = "37594c91daae58def758e9f4448740261dbc8d3e0020de43cb92c1330ad936e3";
const BOUNDARY_BYTES = Buffer.from("007f808f909fa0bfc0c1c2dfe0e1ecedeeeff0f1f3f4f5ff", "hex");

describe("UTF-8", () => {
  it("is judged as by Rust, for every sequence of up to four boundary bytes", () => {
    const lines = createHash("sha256");
    for (const sequence of sequences([], 4)) lines.update(`${verdict(Uint8Array.from(sequence))}\n`);
    expect(lines.digest("hex")).toBe(RUST_VERDICTS);
  });

  it("is judged alike by the platform's decoder and by the search for the problem", () => {
    for (const sequence of sequences([], 3)) {
      const bytes = Uint8Array.from(sequence);
      expect(typeof decodeUtf8(bytes) === "string").toBe(findUtf8Problem(bytes) === null);
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(typeof decodeUtf8(bytes) === "string").toBe(findUtf8Problem(bytes) === null);
      }),
    );
  });

  it.each([
    { name: "a lone continuation byte", hex: "6180", text: "invalid utf-8 sequence of 1 bytes from index 1" },
    { name: "an overlong slash", hex: "c0af", text: "invalid utf-8 sequence of 1 bytes from index 0" },
    { name: "a surrogate", hex: "eda080", text: "invalid utf-8 sequence of 1 bytes from index 0" },
    {
      name: "three bytes of four, then text",
      hex: "f09f9861",
      text: "invalid utf-8 sequence of 3 bytes from index 0",
    },
    {
      name: "three bytes of four, then the end",
      hex: "61f09f98",
      text: "incomplete utf-8 byte sequence from index 1",
    },
  ])("of a message: $name is refused with Rust's words", ({ hex, text }) => {
    const bytes = encode(bincode.bytes, Buffer.from(hex, "hex"));
    expect(() => decode(bincode.string, bytes)).toThrow(`string is not valid utf8: ${text}`);
  });

  it("keeps a byte order mark, as Rust does", () => {
    expect(decode(bincode.string, encode(bincode.string, "\ufeffa\ufeff"))).toBe("\ufeffa\ufeff");
  });
});

function* sequences(prefix: readonly number[], maxLength: number): Generator<readonly number[]> {
  yield prefix;
  if (prefix.length === maxLength) return;
  for (const byte of BOUNDARY_BYTES) yield* sequences([...prefix, byte], maxLength);
}

function verdict(bytes: Uint8Array): string {
  const problem = findUtf8Problem(bytes);
  if (problem === null) return "valid";
  const { message } = new BincodeError({ code: "INVALID_UTF8", offset: 0, ...problem });
  return message.slice("string is not valid utf8: ".length);
}
