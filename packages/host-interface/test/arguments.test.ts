import { describe, expect, it } from "vitest";
import {
  bufferArgument,
  bytesArgument,
  floatArgument,
  type GuestBuffer,
  type GuestBytes,
  type HostCall,
  i32Argument,
  i64Argument,
} from "../src/index.ts";
import { hostFailureOf } from "./support/failure.ts";
import { hostCall } from "./support/host-call.ts";

const copied: GuestBytes = { ok: true, bytes: Uint8Array.of(1) };
const faulty: GuestBytes = { ok: false, fault: "memory read out of bounds", length: 5 };
const buffer: GuestBuffer = { pointer: 8, capacity: 16, inBounds: true };

describe("argument readers", () => {
  const call = hostCall(copied, faulty, buffer, -1, 2n, 0.5);

  it("give each argument as what it is", () => {
    expect(bytesArgument(call, 0)).toBe(copied);
    expect(bytesArgument(call, 1)).toBe(faulty);
    expect(bufferArgument(call, 2)).toBe(buffer);
    expect(i32Argument(call, 3)).toBe(-1);
    expect(i64Argument(call, 4)).toBe(2n);
    expect(floatArgument(call, 5)).toBe(0.5);
  });

  it.each<{ name: string; read: (call: HostCall) => unknown; index: number; expected: string }>([
    { name: "a buffer for bytes", read: (from) => bytesArgument(from, 2), index: 2, expected: "bytes" },
    { name: "bytes for a buffer", read: (from) => bufferArgument(from, 0), index: 0, expected: "buffer" },
    { name: "a number for bytes", read: (from) => bytesArgument(from, 3), index: 3, expected: "bytes" },
    { name: "an i64 for an i32", read: (from) => i32Argument(from, 4), index: 4, expected: "i32" },
    { name: "a float for an i32", read: (from) => i32Argument(from, 5), index: 5, expected: "i32" },
    { name: "an i32 for an i64", read: (from) => i64Argument(from, 3), index: 3, expected: "i64" },
    { name: "bytes for a float", read: (from) => floatArgument(from, 0), index: 0, expected: "f64" },
    {
      name: "an argument that is not there",
      read: (from) => i32Argument(from, 6),
      index: 6,
      expected: "i32",
    },
  ])("do not take $name", ({ read, index, expected }) => {
    expect(hostFailureOf(() => read(call))).toEqual({
      code: "ARGUMENT_MISMATCH",
      module: "m",
      name: "f",
      index,
      expected,
    });
  });

  it("do not take an unsigned number for an i32, which arrives signed", () => {
    expect(hostFailureOf(() => i32Argument(hostCall(2 ** 31), 0))).toMatchObject({
      code: "ARGUMENT_MISMATCH",
    });
  });
});
