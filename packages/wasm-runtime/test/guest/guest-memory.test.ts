import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  areInBounds,
  copyFromGuest,
  copyToGuest,
  gatherFromGuest,
  guestBuffer,
  isInBounds,
  scatterToGuest,
} from "../../src/guest/guest-memory.ts";
import { type WasmMemory, webAssembly } from "../../src/webassembly.ts";
import { buildModule } from "../support/wasm-builder.ts";

const PAGE = 65_536;
const MAX = 1_024;

/** A memory of one page. */
function memory(): WasmMemory {
  const instance = new webAssembly.Instance(new webAssembly.Module(buildModule({})), {});
  const exported = instance.exports["memory"];
  if (!(exported instanceof webAssembly.Memory)) throw new Error("no memory");
  return exported;
}

describe("bytes of a guest", () => {
  it("are a copy", () => {
    const guest = memory();
    copyToGuest(guest, 8, Uint8Array.of(1, 2, 3));
    const copied = copyFromGuest(guest, 8, 3, MAX);
    copyToGuest(guest, 8, Uint8Array.of(9, 9, 9));

    expect(copied).toEqual({ ok: true, bytes: Uint8Array.of(1, 2, 3) });
    expect(copied.ok && copied.bytes.buffer.byteLength).toBe(3);
  });

  it.each([
    { name: "nothing at address 0", pointer: 0, length: 0, fault: null },
    { name: "nothing at the very end", pointer: PAGE, length: 0, fault: null },
    { name: "the last bytes", pointer: PAGE - MAX, length: MAX, fault: null },
    { name: "nothing beyond the end", pointer: PAGE + 1, length: 0, fault: "memory read out of bounds" },
    { name: "one byte too many", pointer: PAGE - 10, length: 11, fault: "memory read out of bounds" },
    {
      name: "the address space to its end",
      pointer: 0xffff_ffff,
      length: 1,
      fault: "memory read out of bounds",
    },
    { name: "more than the address space", pointer: 0xffff_ffff, length: 2, fault: "pointer overflow" },
    {
      name: "more than a message may have",
      pointer: 0,
      length: MAX + 1,
      fault: "request exceeds maxMessageBytes",
    },
  ])("$name: $fault", ({ pointer, length, fault }) => {
    const copied = copyFromGuest(memory(), pointer, length, MAX);

    expect(copied.ok ? null : copied.fault).toBe(fault);
    expect(copied.ok ? copied.bytes.length : copied.length).toBe(length);
  });

  it("are unreachable before there is a memory", () => {
    expect(copyFromGuest(null, 0, 4, MAX)).toEqual({
      ok: false,
      fault: "memory export not found",
      length: 4,
    });
  });

  it("of a length near 2^32 are refused before anything is allocated for them", () => {
    const guest = memory();
    const before = process.memoryUsage().arrayBuffers;
    for (let attempt = 0; attempt < 100; attempt++) copyFromGuest(guest, 0, 2 ** 31, 2 ** 32);

    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
  });

  it("are copied exactly when they are inside, for any pointer and length", () => {
    const guest = memory();
    const near = fc.oneof(fc.nat(2 * PAGE), fc.integer({ min: 0, max: 0xffff_ffff }));
    fc.assert(
      fc.property(near, near, (pointer, length) => {
        const copied = copyFromGuest(guest, pointer, length, PAGE);
        expect(copied.ok).toBe(pointer + length <= PAGE);
        expect(isInBounds(guest, pointer, length)).toBe(copied.ok);
      }),
    );
  });
});

describe("a write into a guest", () => {
  it("is whole or not at all", () => {
    const guest = memory();

    expect(copyToGuest(guest, PAGE - 2, Uint8Array.of(1, 2, 3))).toBe(false);
    expect(copyFromGuest(guest, PAGE - 2, 2, MAX)).toEqual({ ok: true, bytes: Uint8Array.of(0, 0) });
    expect(copyToGuest(guest, PAGE - 3, Uint8Array.of(1, 2, 3))).toBe(true);
  });
});

describe("a buffer", () => {
  it.each([
    { pointer: 0, capacity: PAGE, inBounds: true },
    { pointer: 1, capacity: PAGE, inBounds: false },
    { pointer: 0xffff_ffff, capacity: 0xffff_ffff, inBounds: false },
  ])("at $pointer of $capacity bytes is inside: $inBounds", ({ pointer, capacity, inBounds }) => {
    expect(guestBuffer(memory(), pointer, capacity)).toEqual({ pointer, capacity, inBounds });
  });

  it("is outside while there is no memory", () => {
    expect(guestBuffer(null, 0, 0).inBounds).toBe(false);
  });
});

describe("regions", () => {
  const regions = [
    { pointer: 8, length: 2 },
    { pointer: PAGE, length: 0 },
    { pointer: 9, length: 3 },
  ];

  it.each([
    { maxBytes: MAX, expected: [1, 2, 2, 3, 4] },
    { maxBytes: 5, expected: [1, 2, 2, 3, 4] },
    { maxBytes: 4, expected: [1, 2, 2, 3] },
    { maxBytes: 2, expected: [1, 2] },
    { maxBytes: 0, expected: [] },
  ])("are joined in one copy of at most $maxBytes bytes", ({ maxBytes, expected }) => {
    const guest = memory();
    copyToGuest(guest, 8, Uint8Array.of(1, 2, 3, 4));
    const gathered = gatherFromGuest(guest, regions, maxBytes);
    copyToGuest(guest, 8, Uint8Array.of(9, 9, 9, 9));

    expect(gathered).toEqual(Uint8Array.from(expected));
  });

  it.each([
    { pointer: PAGE + 1, length: 0 },
    { pointer: PAGE - 1, length: 2 },
    { pointer: 0xffff_ffff, length: 0xffff_ffff },
  ])("are not read at all where one is $length bytes at $pointer", (outside) => {
    expect(areInBounds(memory(), regions)).toBe(true);
    expect(areInBounds(memory(), [...regions, outside])).toBe(false);
    expect(gatherFromGuest(memory(), [...regions, outside], MAX)).toBeNull();
  });

  it("are read as far as they are kept, however much they have together", () => {
    const before = process.memoryUsage().arrayBuffers;
    const gathered = gatherFromGuest(memory(), Array(100_000).fill({ pointer: 0, length: PAGE }), 8);

    expect(gathered).toEqual(new Uint8Array(8));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
  });

  it("are unreachable before there is a memory", () => {
    expect([isInBounds(null, 0, 0), gatherFromGuest(null, [], MAX), scatterToGuest(null, [])]).toEqual([
      false,
      null,
      false,
    ]);
  });
});

describe("several writes into a guest", () => {
  it("are made in their order", () => {
    const guest = memory();
    const writes = [
      { pointer: 8, bytes: Uint8Array.of(1, 2, 3) },
      { pointer: 9, bytes: Uint8Array.of(7) },
    ];

    expect(scatterToGuest(guest, writes)).toBe(true);
    expect(copyFromGuest(guest, 8, 3, MAX)).toEqual({ ok: true, bytes: Uint8Array.of(1, 7, 3) });
  });

  it("are all made or none", () => {
    const guest = memory();
    const writes = [
      { pointer: 8, bytes: Uint8Array.of(1, 2, 3) },
      { pointer: PAGE, bytes: Uint8Array.of(4) },
    ];

    expect(scatterToGuest(guest, writes)).toBe(false);
    expect(copyFromGuest(guest, 8, 3, MAX)).toEqual({ ok: true, bytes: Uint8Array.of(0, 0, 0) });
  });
});
