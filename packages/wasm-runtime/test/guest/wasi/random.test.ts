import { describe, expect, it } from "vitest";
import { ERRNO } from "../../../src/guest/wasi/errno.ts";
import { createRandomBytes, splitMix64, xoshiro128StarStar } from "../../../src/guest/wasi/random-bytes.ts";
import { LAST, PAGE, wasiHost } from "../../support/wasi-host.ts";

describe("the generators", () => {
  // The outputs that implementations of SplitMix64 and xoshiro128** are commonly checked with.
  it("are SplitMix64", () => {
    expect([1n, 2n, 3n, 4n, 5n].map((index) => splitMix64(1_234_567n, index))).toEqual([
      6_457_827_717_110_365_317n,
      3_203_168_211_198_807_973n,
      9_817_491_932_198_370_423n,
      4_593_380_528_125_082_431n,
      16_408_922_859_458_223_821n,
    ]);
  });

  it("are xoshiro128**", () => {
    const next = xoshiro128StarStar([1, 2, 3, 4]);

    expect(Array.from({ length: 10 }, () => next() >>> 0)).toEqual([
      11_520, 0, 5_927_040, 70_819_200, 2_031_721_883, 1_637_235_492, 1_287_239_034, 3_734_860_849,
      3_729_100_597, 4_258_142_804,
    ]);
  });

  it("give the same bytes for ever", () => {
    expect(Buffer.from(createRandomBytes(0n)(11)).toString("hex")).toMatchInlineSnapshot(
      `"5d04c9de759d089a62d377"`,
    );
    expect(Buffer.from(createRandomBytes(42n)(11)).toString("hex")).toMatchInlineSnapshot(
      `"2a5ae869d0fa43f85f1805"`,
    );
  });

  it("differ for seeds that differ in their highest bit alone", () => {
    expect(createRandomBytes(1n)(32)).not.toEqual(createRandomBytes(1n + 2n ** 63n)(32));
  });
});

describe("random_get", () => {
  it.each([0, 1, 3, 4, 5, 1_000, 65_536])("writes %i bytes that the seed decides", (length) => {
    const [one, other] = [wasiHost({ randomSeed: 9n }), wasiHost({ randomSeed: 9n })];
    one.grow(1);

    expect(one.call("random_get", 16, length)).toBe(ERRNO.success);
    expect(one.memory.subarray(16, 16 + length)).toEqual(Buffer.from(createRandomBytes(9n)(length)));
    expect(one.memory.subarray(16 + length).every((byte) => byte === 0)).toBe(true);
    expect(other.call("random_get", 0, Math.min(length, PAGE))).toBe(ERRNO.success);
    expect(other.memory.subarray(0, length)).toEqual(one.memory.subarray(16, 16 + length));
  });

  it("goes on where the last call ended", () => {
    const host = wasiHost();
    host.call("random_get", 0, 32);
    host.call("random_get", 32, 32);

    expect(host.memory.subarray(0, 32)).not.toEqual(host.memory.subarray(32, 64));
  });

  it.each([
    { name: "one byte more than there is", pointer: PAGE - 15, length: 16 },
    { name: "behind the end", pointer: PAGE + 1, length: 0 },
    { name: "across the end of the address space", pointer: LAST, length: 2 },
    { name: "4 GiB less one byte", pointer: 0, length: LAST },
  ])("of $name is refused, and takes no byte from the stream", ({ pointer, length }) => {
    const host = wasiHost({ randomSeed: 9n });

    expect(host.call("random_get", pointer, length)).toBe(ERRNO.fault);
    expect(host.memory.every((byte) => byte === 0)).toBe(true);
    host.call("random_get", 0, 8);
    expect(host.memory.subarray(0, 8)).toEqual(Buffer.from(createRandomBytes(9n)(8)));
  });

  it("gives 64 KiB at the most", () => {
    const host = wasiHost();
    host.grow(3);

    expect(host.call("random_get", 0, 65_537)).toBe(ERRNO.inval);
    expect(host.memory.every((byte) => byte === 0)).toBe(true);
  });

  it("is paid for by the byte", () => {
    const host = wasiHost();
    host.call("random_get", 0, 0);
    const base = host.charged;
    host.call("random_get", 0, 1_000);

    expect(host.charged - 2 * base).toBe(20_000);
  });
});
