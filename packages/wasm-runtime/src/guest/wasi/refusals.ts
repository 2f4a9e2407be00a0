import type { WasiHandlers } from "./context.ts";
import type { Descriptors } from "./descriptors.ts";
import { ERRNO, type Errno } from "./errno.ts";

/** Why a function is refused that is given open descriptors, and which of its arguments those are. */
const REFUSED = {
  fd_advise: { errno: ERRNO.notcapable, descriptors: [0] },
  fd_allocate: { errno: ERRNO.notcapable, descriptors: [0] },
  fd_datasync: { errno: ERRNO.notcapable, descriptors: [0] },
  fd_fdstat_set_flags: { errno: ERRNO.notcapable, descriptors: [0] },
  fd_fdstat_set_rights: { errno: ERRNO.notcapable, descriptors: [0] },
  fd_filestat_set_size: { errno: ERRNO.notcapable, descriptors: [0] },
  fd_filestat_set_times: { errno: ERRNO.notcapable, descriptors: [0] },
  fd_pread: { errno: ERRNO.notcapable, descriptors: [0] },
  // Programs look for directories from descriptor 3 upwards, until there is none.
  fd_prestat_dir_name: { errno: ERRNO.badf, descriptors: [0] },
  fd_prestat_get: { errno: ERRNO.badf, descriptors: [0] },
  fd_pwrite: { errno: ERRNO.notcapable, descriptors: [0] },
  fd_readdir: { errno: ERRNO.notcapable, descriptors: [0] },
  fd_seek: { errno: ERRNO.spipe, descriptors: [0] },
  fd_sync: { errno: ERRNO.notcapable, descriptors: [0] },
  fd_tell: { errno: ERRNO.spipe, descriptors: [0] },
  path_create_directory: { errno: ERRNO.notcapable, descriptors: [0] },
  path_filestat_get: { errno: ERRNO.notcapable, descriptors: [0] },
  path_filestat_set_times: { errno: ERRNO.notcapable, descriptors: [0] },
  path_link: { errno: ERRNO.notcapable, descriptors: [0, 4] },
  path_open: { errno: ERRNO.notcapable, descriptors: [0] },
  path_readlink: { errno: ERRNO.notcapable, descriptors: [0] },
  path_remove_directory: { errno: ERRNO.notcapable, descriptors: [0] },
  path_rename: { errno: ERRNO.notcapable, descriptors: [0, 3] },
  path_symlink: { errno: ERRNO.notcapable, descriptors: [2] },
  path_unlink_file: { errno: ERRNO.notcapable, descriptors: [0] },
  proc_raise: { errno: ERRNO.nosys, descriptors: [] },
  sock_accept: { errno: ERRNO.notsock, descriptors: [0] },
  sock_recv: { errno: ERRNO.notsock, descriptors: [0] },
  sock_send: { errno: ERRNO.notsock, descriptors: [0] },
  sock_shutdown: { errno: ERRNO.notsock, descriptors: [0] },
} as const satisfies Partial<Record<keyof WasiHandlers, Refusal>>;

interface Refusal {
  readonly errno: Errno;
  readonly descriptors: readonly number[];
}

/** Everything that a guest without files, directories and sockets may not do. */
export function createRefusals(descriptors: Descriptors): Pick<WasiHandlers, keyof typeof REFUSED> {
  const handlers = Object.entries(REFUSED).map(([name, refusal]) => [name, refuse(refusal, descriptors)]);
  return Object.fromEntries(handlers) as Pick<WasiHandlers, keyof typeof REFUSED>;
}

function refuse(refusal: Refusal, descriptors: Descriptors) {
  return (...args: (number | bigint)[]): Errno => {
    const open = refusal.descriptors.every((at) => descriptors.get(Number(args[at])) !== undefined);
    return open ? refusal.errno : ERRNO.badf;
  };
}
