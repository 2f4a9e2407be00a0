import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packPointer, unpackPointer } from "../src/index.ts";

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });

describe("a packed pointer", () => {
  it("has the length in the high half", () => {
    expect(packPointer(0x1234, 0x56)).toBe(0x56_0000_1234n);
    expect(unpackPointer(0x56_0000_1234n)).toEqual({ pointer: 0x1234, length: 0x56 });
  });

  it("is 0 for nothing", () => {
    expect(packPointer(0, 0)).toBe(0n);
    expect(unpackPointer(0n)).toEqual({ pointer: 0, length: 0 });
  });

  it.each([
    { name: "a pointer with its top bit set", packed: 0x10_8000_0000n, pointer: 0x8000_0000, length: 0x10 },
    { name: "a length with its top bit set", packed: -(2n ** 63n), pointer: 0, length: 0x8000_0000 },
    { name: "all bits set", packed: -1n, pointer: 0xffff_ffff, length: 0xffff_ffff },
  ])("is unsigned in both halves: $name", ({ packed, pointer, length }) => {
    expect(unpackPointer(packed)).toEqual({ pointer, length });
    expect(packPointer(pointer, length)).toBe(packed);
  });

  it("unpacks to what was packed", () => {
    fc.assert(
      fc.property(u32, u32, (pointer, length) => {
        expect(unpackPointer(packPointer(pointer, length))).toEqual({ pointer, length });
      }),
    );
  });

  it("packs to what was unpacked, for any i64", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (packed) => {
        const { pointer, length } = unpackPointer(packed);
        expect(packPointer(pointer, length)).toBe(packed);
      }),
    );
  });
});
