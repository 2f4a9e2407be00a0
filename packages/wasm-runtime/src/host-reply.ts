import type { GuestBuffer, HostArgument, HostFunction, HostReply, ValueType } from "@assay/host-interface";
import { WasmRuntimeError } from "./errors.ts";

/** A reply that fits its function: the value has the result's type, the bytes fit the buffer. */
export interface CheckedReply {
  readonly value: number | bigint | undefined;
  /** A copy of just these bytes: what is posted must not carry the rest of a larger buffer into the guest's thread. */
  readonly write: Uint8Array<ArrayBuffer> | undefined;
}

/**
 * Holds a handler's reply to its function's signature. The engine would not: it turns whatever it gets into a number.
 *
 * @throws {WasmRuntimeError} `HOST_FUNCTION_FAILED` `bad-reply`.
 */
export function checkReply(
  { module, name, signature }: HostFunction,
  args: readonly HostArgument[],
  reply: HostReply,
): CheckedReply {
  const problem = typeof reply === "object" && reply !== null ? problemOf() : "it is not an object";
  if (problem === null) {
    return { value: reply.value, write: reply.write === undefined ? undefined : new Uint8Array(reply.write) };
  }
  const failure = {
    code: "HOST_FUNCTION_FAILED",
    module,
    name,
    fault: "bad-reply",
    detail: problem,
  } as const;
  throw new WasmRuntimeError(failure);

  function problemOf(): string | null {
    return valueProblem(signature.result, reply.value) ?? writeProblem(args, reply.write);
  }
}

function valueProblem(result: ValueType | null, value: unknown): string | null {
  if (result === null) return value === undefined ? null : "a value from a function without a result";
  return FITS[result](value) ? null : `its value is no ${result}`;
}

const FITS: Record<ValueType, (value: unknown) => boolean> = {
  i32: (value) => typeof value === "number" && (value | 0) === value,
  i64: (value) => typeof value === "bigint" && BigInt.asIntN(64, value) === value,
  f32: (value) => typeof value === "number",
  f64: (value) => typeof value === "number",
};

function writeProblem(args: readonly HostArgument[], write: unknown): string | null {
  if (write === undefined) return null;
  if (!(write instanceof Uint8Array)) return "what it writes is no Uint8Array";
  const buffer = args.find((arg): arg is GuestBuffer => typeof arg === "object" && "capacity" in arg);
  if (buffer === undefined) return "it writes, but the function has no buffer";
  if (!buffer.inBounds) return "it writes into a buffer outside of the guest's memory";
  if (write.byteLength <= buffer.capacity) return null;
  return `it writes ${write.byteLength} bytes into a buffer of ${buffer.capacity}`;
}
