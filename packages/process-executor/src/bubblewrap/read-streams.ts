import { Socket } from "node:net";
import type { Readable, Writable } from "node:stream";
import { GATE_BOUNDS } from "./layout.ts";

/** Reads a pipe into one buffer, over and over: a flood costs this process no memory. */
export function readInto(
  fd: number,
  onChunk: (chunk: Uint8Array) => void,
): { socket: Socket; ended: Promise<void> } {
  const buffer = new Uint8Array(GATE_BOUNDS.readBufferBytes);
  const socket = new Socket({
    fd,
    readable: true,
    writable: false,
    onread: {
      buffer,
      callback: (length) => {
        onChunk(buffer.subarray(0, length));
        return true;
      },
    },
  });
  const ended = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  quiet(socket).resume();
  return { socket, ended };
}

/** Keeps the first bytes of a stream as text: a few short lines are expected, and a flood must not cost more. */
export function collectText(stream: Readable): {
  text(): string;
  onText(take: (text: string) => void): void;
  ended: Promise<void>;
} {
  let text = "";
  let take: (text: string) => void = () => {};
  stream.setEncoding("latin1");
  stream.on("data", (chunk: string) => {
    text = (text + chunk).slice(0, GATE_BOUNDS.statusTextBytes);
    take(text);
  });
  const ended = new Promise<void>((resolve) => quiet(stream).once("close", () => resolve()));
  return {
    text: () => text,
    onText: (next) => {
      take = next;
    },
    ended,
  };
}

/** A pipe whose other side went away is an ordinary end here; who needs to know asks the write's callback. */
export function quiet<S extends Readable | Writable>(stream: S): S {
  stream.on("error", () => {});
  return stream;
}
