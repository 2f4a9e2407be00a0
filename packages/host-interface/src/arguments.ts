import type { HostParameter } from "./abi.ts";
import { HostInterfaceError } from "./errors.ts";
import type { GuestBuffer, GuestBytes, HostArgument, HostCall } from "./host-call.ts";

/** The argument type that a parameter arrives as. */
export type ArgumentOf<P extends HostParameter> = P extends "bytes"
  ? GuestBytes
  : P extends "buffer"
    ? GuestBuffer
    : P extends "i64"
      ? bigint
      : number;

/**
 * The copied bytes of a `bytes` argument, or why they could not be copied.
 *
 * @throws {HostInterfaceError} `ARGUMENT_MISMATCH`: the function has no `bytes` parameter at `index`.
 */
export function bytesArgument(call: HostCall, index: number): GuestBytes {
  return argument(call, index, "bytes");
}

/**
 * The place of a `buffer` argument in the guest's memory.
 *
 * @throws {HostInterfaceError} `ARGUMENT_MISMATCH`: the function has no `buffer` parameter at `index`.
 */
export function bufferArgument(call: HostCall, index: number): GuestBuffer {
  return argument(call, index, "buffer");
}

/**
 * The signed value of an `i32` argument; `value >>> 0` reads it as unsigned.
 *
 * @throws {HostInterfaceError} `ARGUMENT_MISMATCH`: the function has no `i32` parameter at `index`.
 */
export function i32Argument(call: HostCall, index: number): number {
  return argument(call, index, "i32");
}

/**
 * The signed value of an `i64` argument.
 *
 * @throws {HostInterfaceError} `ARGUMENT_MISMATCH`: the function has no `i64` parameter at `index`.
 */
export function i64Argument(call: HostCall, index: number): bigint {
  return argument(call, index, "i64");
}

/**
 * The value of an `f32` or `f64` argument.
 *
 * @throws {HostInterfaceError} `ARGUMENT_MISMATCH`: the argument at `index` is no number.
 */
export function floatArgument(call: HostCall, index: number): number {
  return argument(call, index, "f64");
}

/** @internal The argument at `index`, checked to be what `expected` arrives as. */
export function argument<P extends HostParameter>(call: HostCall, index: number, expected: P): ArgumentOf<P> {
  const value = call.arguments[index];
  if (value === undefined || !arrivesAs(expected, value)) {
    throw new HostInterfaceError({
      code: "ARGUMENT_MISMATCH",
      module: call.module,
      name: call.name,
      index,
      expected,
    });
  }
  return value;
}

function arrivesAs<P extends HostParameter>(
  expected: P,
  value: HostArgument,
): value is ArgumentOf<P> & HostArgument {
  switch (expected) {
    case "bytes":
      return typeof value === "object" && "ok" in value;
    case "buffer":
      return typeof value === "object" && "capacity" in value;
    case "i64":
      return typeof value === "bigint";
    case "i32":
      return typeof value === "number" && Object.is(value | 0, value);
    default:
      return typeof value === "number";
  }
}
