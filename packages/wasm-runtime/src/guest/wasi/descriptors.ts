import type { OutputStream } from "../../wasi-config.ts";
import { ERRNO, type Errno } from "./errno.ts";

export type Stream = "stdin" | OutputStream;

/** The guest's descriptors. There are three at the beginning, and never more. */
export interface Descriptors {
  get(descriptor: number): Stream | undefined;
  close(descriptor: number): Errno;
  /** Moves the stream of an open descriptor to another open one, whose own is closed. */
  renumber(from: number, to: number): Errno;
}

export function createDescriptors(): Descriptors {
  const open = new Map<number, Stream>([
    [0, "stdin"],
    [1, "stdout"],
    [2, "stderr"],
  ]);
  return {
    get: (descriptor) => open.get(descriptor),
    close: (descriptor) => (open.delete(descriptor) ? ERRNO.success : ERRNO.badf),
    renumber(from, to) {
      const stream = open.get(from);
      if (stream === undefined || !open.has(to)) return ERRNO.badf;
      // In this order, so that renumbering a descriptor to itself keeps it.
      open.delete(from);
      open.set(to, stream);
      return ERRNO.success;
    },
  };
}
