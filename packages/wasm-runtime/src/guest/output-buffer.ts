import type { OutputStream } from "../wasi-config.ts";

/** Collects what a guest writes, so that not every byte of it is a message of its own. */
export interface OutputBuffer {
  add(stream: OutputStream, bytes: Uint8Array): void;
  /** Passes on what was added, in order, neighbours of one stream as one. */
  flush(): void;
}

export function createOutputBuffer(
  post: (stream: OutputStream, bytes: Uint8Array<ArrayBuffer>) => void,
): OutputBuffer {
  let stream: OutputStream = "stdout";
  let pieces: Uint8Array[] = [];

  function flush(): void {
    if (pieces.length === 0) return;
    const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0));
    let at = 0;
    for (const piece of pieces) {
      bytes.set(piece, at);
      at += piece.byteLength;
    }
    pieces = [];
    post(stream, bytes);
  }

  return {
    add(next, bytes) {
      if (next !== stream) flush();
      stream = next;
      pieces.push(bytes);
    },
    flush,
  };
}
