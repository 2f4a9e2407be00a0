import type { AbiLevel } from "./abi.ts";

/**
 * Why bytes that a guest pointed at were not copied. Pointers and lengths are unsigned for us. Where the original
 * system has a text for a fault, it is the same text, because it reaches the guest inside an error value.
 */
export type MemoryFault =
  | "memory read out of bounds"
  | "pointer overflow"
  | "memory export not found"
  | "request exceeds maxMessageBytes";

/** A `bytes` argument: a copy that the guest can no longer change, or why there is none. `length` is what was asked for. */
export type GuestBytes =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly fault: MemoryFault; readonly length: number };

/** A `buffer` argument: where in the guest's memory, and in how many bytes, a reply may be written. Both are unsigned. */
export interface GuestBuffer {
  readonly pointer: number;
  readonly capacity: number;
  /** Whether all of `[pointer, pointer + capacity)` was inside the guest's memory when the call was made. */
  readonly inBounds: boolean;
}

/** One argument as a handler gets it. `i32` arrives signed, as WebAssembly gives it; `i64` is a `bigint`. */
export type HostArgument = number | bigint | GuestBytes | GuestBuffer;

/** For whom the guest runs. Handlers attach it to what they log and record. */
export interface CallerIdentity {
  readonly evaluationId: string;
  readonly challengeId: string;
  readonly validatorId: string;
}

/** One call of a host function by a guest. The guest's memory is out of reach: arguments are copies. */
export interface HostCall {
  readonly module: string;
  readonly name: string;
  /** One entry per parameter of the signature, in its order. */
  readonly arguments: readonly HostArgument[];
  readonly abi: AbiLevel;
  readonly caller: CallerIdentity;
  /**
   * What the guest had computed since the host called it, in units of fuel: for the same module, input and answers the
   * same on every machine, so a clock can be made of it.
   */
  readonly fuelUsed: number;
  /** Aborted when the guest ends before the answer: its deadline passed, or its evaluation was cancelled. */
  readonly signal: AbortSignal;
}

/** What a handler answers. */
export interface HostReply {
  /** The result, of the signature's type (`bigint` for `i64`); absent for a function without one. */
  readonly value?: number | bigint;
  /** Bytes for the function's one `buffer` parameter. More than its capacity is a fault of the host, not of the guest. */
  readonly write?: Uint8Array;
}
