import { scatterToGuest } from "../guest-memory.ts";
import type { WasiHandlers, WasiHooks } from "./context.ts";
import type { Descriptors, Stream } from "./descriptors.ts";
import { ERRNO, type Errno } from "./errno.ts";

const FDSTAT_BYTES = 24;
const FILESTAT_BYTES = 64;

/**
 * A terminal, for C libraries: they pass on each line that is printed to one. What goes elsewhere they keep until the
 * program exits, which a guest whose entry points are called never does.
 */
const CHARACTER_DEVICE = 2;

const RIGHT = { fdRead: 1n << 1n, fdWrite: 1n << 6n, pollFdReadWrite: 1n << 27n } as const;

export function createDescriptorHandlers(
  descriptors: Descriptors,
  { memory }: WasiHooks,
): Pick<WasiHandlers, "fd_close" | "fd_fdstat_get" | "fd_filestat_get" | "fd_renumber"> {
  function describe(descriptor: number, pointer: number, write: (stream: Stream) => Uint8Array): Errno {
    const stream = descriptors.get(descriptor);
    if (stream === undefined) return ERRNO.badf;
    return scatterToGuest(memory(), [{ pointer, bytes: write(stream) }]) ? ERRNO.success : ERRNO.fault;
  }
  return {
    fd_close: descriptors.close,
    fd_renumber: descriptors.renumber,
    fd_fdstat_get: (descriptor, status) => describe(descriptor, status, fdstat),
    fd_filestat_get: (descriptor, status) => describe(descriptor, status, filestat),
  };
}

/** `fdstat`: the type at 0, flags at 2, rights at 8, rights of what is opened through it at 16. */
function fdstat(stream: Stream): Uint8Array {
  const bytes = new Uint8Array(FDSTAT_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, CHARACTER_DEVICE);
  const direction = stream === "stdin" ? RIGHT.fdRead : RIGHT.fdWrite;
  view.setBigUint64(8, direction | RIGHT.pollFdReadWrite, true);
  return bytes;
}

/** `filestat`: the type at 16; device, inode, links, size and times are 0. */
function filestat(): Uint8Array {
  const bytes = new Uint8Array(FILESTAT_BYTES);
  bytes[16] = CHARACTER_DEVICE;
  return bytes;
}
