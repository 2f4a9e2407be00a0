import type { OutputStream } from "../../wasi-config.ts";
import type { WasiHooks } from "./context.ts";

/** What the guest writes, up to a number of bytes on both streams together. */
export interface Output {
  /** How many more bytes are kept. */
  room(): number;
  /** Passes `kept` on, at most `room` bytes, of the `written` that the guest believes to have written. */
  write(stream: OutputStream, kept: Uint8Array, written: number): void;
  /** How many bytes were written beyond what is kept. */
  droppedBytes(): number;
}

export function createOutput(maxOutputBytes: number, { output }: WasiHooks): Output {
  let room = maxOutputBytes;
  let dropped = 0;
  return {
    room: () => room,
    write(stream, kept, written) {
      room -= kept.byteLength;
      // Exact to 2^53, and no more than approximate beyond.
      dropped += written - kept.byteLength;
      if (kept.byteLength > 0) output(stream, kept);
    },
    droppedBytes: () => dropped,
  };
}
