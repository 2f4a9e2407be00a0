import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerFor, INVALID_BUFFER, readConventionA } from "../src/index.ts";

const encoded = Uint8Array.from({ length: 40 }, (_, index) => index);

describe("answerFor", () => {
  it.each([
    {
      name: "writes into a larger buffer",
      capacity: 100,
      inBounds: true,
      reply: { value: 40, write: encoded },
    },
    {
      name: "writes into a buffer of exactly the size",
      capacity: 40,
      inBounds: true,
      reply: { value: 40, write: encoded },
    },
    {
      name: "says the size when one byte is missing, and writes nothing",
      capacity: 39,
      inBounds: true,
      reply: { value: -40 },
    },
    { name: "says the size when there is no buffer", capacity: 0, inBounds: true, reply: { value: -40 } },
    {
      name: "says -1 for a bad pointer, and writes nothing",
      capacity: 100,
      inBounds: false,
      reply: { value: -1 },
    },
    { name: "tests the size before the pointer", capacity: 39, inBounds: false, reply: { value: -40 } },
    {
      name: "takes a capacity as unsigned",
      capacity: 2 ** 32 - 1,
      inBounds: true,
      reply: { value: 40, write: encoded },
    },
  ])("$name", ({ capacity, inBounds, reply }) => {
    expect(answerFor({ pointer: 8, capacity, inBounds }, encoded)).toEqual(reply);
  });

  it("says -1 for an answer whose size no i32 can tell", () => {
    const tooLong = { byteLength: 2 ** 31 } as Uint8Array;
    expect(answerFor({ pointer: 0, capacity: 2 ** 32 - 1, inBounds: true }, tooLong)).toEqual({ value: -1 });
    expect(answerFor({ pointer: 0, capacity: 0, inBounds: true }, tooLong)).toEqual({ value: -1 });
  });

  it("is understood by a guest, and after -n a buffer of n bytes is enough", () => {
    const sizes = fc.integer({ min: 8, max: 200 });
    fc.assert(
      fc.property(sizes, fc.nat(400), fc.boolean(), (size, capacity, inBounds) => {
        const answer = new Uint8Array(size);
        const { value, write } = answerFor({ pointer: 0, capacity, inBounds }, answer);
        const understood = readConventionA(Number(value));
        switch (understood.kind) {
          case "written":
            expect(write?.length).toBe(understood.bytes);
            break;
          case "invalid-buffer":
            expect([inBounds, write]).toEqual([false, undefined]);
            break;
          case "buffer-too-small":
            expect(write).toBeUndefined();
            expect(
              answerFor({ pointer: 0, capacity: understood.neededBytes, inBounds: true }, answer),
            ).toEqual({
              value: size,
              write: answer,
            });
        }
      }),
    );
  });
});

describe("readConventionA", () => {
  it.each([
    { status: 40, result: { kind: "written", bytes: 40 } },
    { status: 0, result: { kind: "written", bytes: 0 } },
    { status: INVALID_BUFFER, result: { kind: "invalid-buffer" } },
    { status: -40, result: { kind: "buffer-too-small", neededBytes: 40 } },
    { status: -(2 ** 31), result: { kind: "buffer-too-small", neededBytes: 2 ** 31 } },
  ])("reads $status", ({ status, result }) => expect(readConventionA(status)).toEqual(result));
});
