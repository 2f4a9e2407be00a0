import type { FunctionType } from "./inspection.ts";

/** The import module of WASI preview 1. */
export const WASI_MODULE = "wasi_snapshot_preview1";

/** Of a WASI module that is no program: sets up what its other exports need. `() -> ()`. */
export const WASI_INITIALIZE_EXPORT = "_initialize";

/** A function that answers with an error number; 0 is success. */
function errno<const Params extends readonly ("i32" | "i64")[]>(...params: Params) {
  return { params, results: ["i32"] } as const;
}

/**
 * Every function of WASI preview 1 with its WebAssembly type.
 *
 * @see https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md
 */
export const WASI_FUNCTIONS = Object.freeze({
  args_get: errno("i32", "i32"),
  args_sizes_get: errno("i32", "i32"),
  clock_res_get: errno("i32", "i32"),
  clock_time_get: errno("i32", "i64", "i32"),
  environ_get: errno("i32", "i32"),
  environ_sizes_get: errno("i32", "i32"),
  fd_advise: errno("i32", "i64", "i64", "i32"),
  fd_allocate: errno("i32", "i64", "i64"),
  fd_close: errno("i32"),
  fd_datasync: errno("i32"),
  fd_fdstat_get: errno("i32", "i32"),
  fd_fdstat_set_flags: errno("i32", "i32"),
  fd_fdstat_set_rights: errno("i32", "i64", "i64"),
  fd_filestat_get: errno("i32", "i32"),
  fd_filestat_set_size: errno("i32", "i64"),
  fd_filestat_set_times: errno("i32", "i64", "i64", "i32"),
  fd_pread: errno("i32", "i32", "i32", "i64", "i32"),
  fd_prestat_dir_name: errno("i32", "i32", "i32"),
  fd_prestat_get: errno("i32", "i32"),
  fd_pwrite: errno("i32", "i32", "i32", "i64", "i32"),
  fd_read: errno("i32", "i32", "i32", "i32"),
  fd_readdir: errno("i32", "i32", "i32", "i64", "i32"),
  fd_renumber: errno("i32", "i32"),
  fd_seek: errno("i32", "i64", "i32", "i32"),
  fd_sync: errno("i32"),
  fd_tell: errno("i32", "i32"),
  fd_write: errno("i32", "i32", "i32", "i32"),
  path_create_directory: errno("i32", "i32", "i32"),
  path_filestat_get: errno("i32", "i32", "i32", "i32", "i32"),
  path_filestat_set_times: errno("i32", "i32", "i32", "i32", "i64", "i64", "i32"),
  path_link: errno("i32", "i32", "i32", "i32", "i32", "i32", "i32"),
  path_open: errno("i32", "i32", "i32", "i32", "i32", "i64", "i64", "i32", "i32"),
  path_readlink: errno("i32", "i32", "i32", "i32", "i32", "i32"),
  path_remove_directory: errno("i32", "i32", "i32"),
  path_rename: errno("i32", "i32", "i32", "i32", "i32", "i32"),
  path_symlink: errno("i32", "i32", "i32", "i32", "i32"),
  path_unlink_file: errno("i32", "i32", "i32"),
  poll_oneoff: errno("i32", "i32", "i32", "i32"),
  proc_exit: { params: ["i32"], results: [] },
  proc_raise: errno("i32"),
  random_get: errno("i32", "i32"),
  sched_yield: errno(),
  sock_accept: errno("i32", "i32", "i32"),
  sock_recv: errno("i32", "i32", "i32", "i32", "i32", "i32"),
  sock_send: errno("i32", "i32", "i32", "i32", "i32"),
  sock_shutdown: errno("i32", "i32"),
} as const satisfies Record<string, FunctionType>);

export type WasiFunctionName = keyof typeof WASI_FUNCTIONS;

/** The type to import a WASI function with; `null` for a name that preview 1 does not have. */
export function wasiFunctionType(name: string): FunctionType | null {
  return isWasiFunction(name) ? WASI_FUNCTIONS[name] : null;
}

function isWasiFunction(name: string): name is WasiFunctionName {
  return Object.hasOwn(WASI_FUNCTIONS, name);
}
