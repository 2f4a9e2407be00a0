import type { Writable } from "node:stream";
import type { StdinReport } from "../result.ts";

/** One write at a time, so that what the operating system took is known to this many bytes. */
const CHUNK_BYTES = 65_536;

/** Feeds standard input while the output is read. A command that does not want its input is reported, never thrown. */
export interface StdinWriter {
  /** Settles when everything was taken, or when it is certain that the rest never will be. */
  readonly finished: Promise<void>;
  report(): StdinReport;
}

export function writeStdin(stream: Writable, input: Uint8Array): StdinWriter {
  let writtenBytes = 0;
  const feed = async () => {
    while (writtenBytes < input.byteLength) {
      const chunk = input.subarray(writtenBytes, writtenBytes + CHUNK_BYTES);
      if (!(await written(stream, chunk))) return;
      writtenBytes += chunk.byteLength;
    }
    stream.end();
  };
  return {
    finished: feed(),
    report: () => ({
      offeredBytes: input.byteLength,
      writtenBytes,
      closedEarly: writtenBytes < input.byteLength,
    }),
  };
}

/** `false` once the other side is gone: EPIPE, ECONNRESET or a destroyed stream. */
function written(stream: Writable, chunk: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    if (stream.destroyed) return resolve(false);
    const onClose = () => resolve(false);
    stream.once("close", onClose);
    stream.write(chunk, (error) => {
      stream.off("close", onClose);
      resolve(!error);
    });
  });
}
