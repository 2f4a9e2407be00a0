import type { GuestBuffer, HostReply } from "./host-call.ts";

/** What a guest is told when its buffer cannot be written to. It is no needed size: the smallest encoding has 8 bytes. */
export const INVALID_BUFFER = -1;

/** A reply by convention A. */
export interface ConventionAReply extends HostReply {
  readonly value: number;
}

const I32_MAX = 0x7fff_ffff;

/**
 * Answers by "status or length", the convention of `sandbox_exec` and of all functions with a request and a buffer:
 * - `n > 0`: all n bytes were written.
 * - `-n`: the buffer is too small, n bytes are needed, nothing was written. Tested before the place of the buffer.
 * - `-1`: the buffer is not inside the guest's memory, or n is beyond `i32`; nothing was written.
 *
 * @param encoded - the answer's bytes, never empty.
 */
export function answerFor(buffer: GuestBuffer, encoded: Uint8Array): ConventionAReply {
  const size = encoded.byteLength;
  if (size > I32_MAX) return { value: INVALID_BUFFER };
  if (size > buffer.capacity) return { value: -size };
  if (!buffer.inBounds) return { value: INVALID_BUFFER };
  return { value: size, write: encoded };
}

/** What an answer by this convention told the guest. */
export type ConventionAResult =
  | { readonly kind: "written"; readonly bytes: number }
  | { readonly kind: "buffer-too-small"; readonly neededBytes: number }
  | { readonly kind: "invalid-buffer" };

/** Reads a status as a guest does; 0, which no host gives, counts as nothing written. */
export function readConventionA(status: number): ConventionAResult {
  if (status >= 0) return { kind: "written", bytes: status };
  if (status === INVALID_BUFFER) return { kind: "invalid-buffer" };
  return { kind: "buffer-too-small", neededBytes: -status };
}
