import type { HostArgument, HostFunctionSignature, HostReply } from "@assay/host-interface";
import { expect, it } from "vitest";
import { checkReply } from "../src/host-reply.ts";
import { failureOf } from "./support/refusal.ts";

const BUFFER: HostArgument = { pointer: 16, capacity: 4, inBounds: true };
const OUTSIDE: HostArgument = { pointer: 99_999, capacity: 4, inBounds: false };
const BYTES = Uint8Array.of(1, 2, 3, 4, 5);

function check(result: HostFunctionSignature["result"], reply: unknown, args: readonly HostArgument[] = []) {
  const signature: HostFunctionSignature = { params: [], result, kind: "sync" };
  const hostFunction = { module: "host", name: "f", signature, handle: () => ({}) };
  return checkReply(hostFunction, args, reply as HostReply);
}

it.each<{ name: string; result: HostFunctionSignature["result"]; reply: unknown; args?: HostArgument[] }>([
  { name: "nothing, where there is no result", result: null, reply: {} },
  { name: "the smallest i32", result: "i32", reply: { value: -(2 ** 31) } },
  { name: "the largest i64", result: "i64", reply: { value: 2n ** 63n - 1n } },
  { name: "any number for f64", result: "f64", reply: { value: Number.NaN } },
  { name: "bytes that fill the buffer", result: null, reply: { write: BYTES.slice(0, 4) }, args: [BUFFER] },
])("accepts $name", ({ result, reply, args }) => {
  expect(check(result, reply, args)).toEqual({ value: undefined, write: undefined, ...(reply as HostReply) });
});

it.each<{ name: string; result: HostFunctionSignature["result"]; reply: unknown; args?: HostArgument[] }>([
  { name: "nothing at all", result: null, reply: undefined },
  { name: "a value without a result", result: null, reply: { value: 0 } },
  { name: "no value for a result", result: "i32", reply: {} },
  { name: "an i32 beyond its range", result: "i32", reply: { value: 2 ** 31 } },
  { name: "an i32 with a fraction", result: "i32", reply: { value: 0.5 } },
  { name: "a bigint for an i32", result: "i32", reply: { value: 1n } },
  { name: "a number for an i64", result: "i64", reply: { value: 1 } },
  { name: "an i64 beyond its range", result: "i64", reply: { value: 2n ** 63n } },
  { name: "a string for an f64", result: "f64", reply: { value: "1" } },
  { name: "bytes without a buffer", result: null, reply: { write: BYTES } },
  { name: "more bytes than the buffer has", result: null, reply: { write: BYTES }, args: [BUFFER] },
  {
    name: "bytes for a buffer outside of memory",
    result: null,
    reply: { write: BYTES.slice(0, 1) },
    args: [OUTSIDE],
  },
  { name: "text for bytes", result: null, reply: { write: "abc" }, args: [BUFFER] },
])("refuses $name", ({ result, reply, args }) => {
  expect(failureOf(() => check(result, reply, args))).toMatchObject({
    code: "HOST_FUNCTION_FAILED",
    module: "host",
    name: "f",
    fault: "bad-reply",
  });
});

it("copies just the bytes written, and not the buffer that they are a part of", () => {
  const secret = new Uint8Array(1024).fill(0x55);
  const { write } = check(null, { write: secret.subarray(8, 10) }, [BUFFER]);

  expect(write?.buffer.byteLength).toBe(2);
});
