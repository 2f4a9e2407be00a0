import { describe, expect, it } from "vitest";
import { ERRNO } from "../../../src/guest/wasi/errno.ts";
import { WASI_FUNCTIONS, type WasiFunctionName } from "../../../src/wasi-functions.ts";
import { LAST, wasiHost } from "../../support/wasi-host.ts";

const { badf, notcapable, notsock, spipe } = ERRNO;

/** What each function answers when its descriptors are open, and which of its arguments those are. */
const REFUSED: readonly { name: WasiFunctionName; errno: number; positions: number[] }[] = [
  { name: "fd_advise", errno: notcapable, positions: [0] },
  { name: "fd_allocate", errno: notcapable, positions: [0] },
  { name: "fd_datasync", errno: notcapable, positions: [0] },
  { name: "fd_fdstat_set_flags", errno: notcapable, positions: [0] },
  { name: "fd_fdstat_set_rights", errno: notcapable, positions: [0] },
  { name: "fd_filestat_set_size", errno: notcapable, positions: [0] },
  { name: "fd_filestat_set_times", errno: notcapable, positions: [0] },
  { name: "fd_pread", errno: notcapable, positions: [0] },
  { name: "fd_prestat_dir_name", errno: badf, positions: [0] },
  { name: "fd_prestat_get", errno: badf, positions: [0] },
  { name: "fd_pwrite", errno: notcapable, positions: [0] },
  { name: "fd_readdir", errno: notcapable, positions: [0] },
  { name: "fd_seek", errno: spipe, positions: [0] },
  { name: "fd_sync", errno: notcapable, positions: [0] },
  { name: "fd_tell", errno: spipe, positions: [0] },
  { name: "path_create_directory", errno: notcapable, positions: [0] },
  { name: "path_filestat_get", errno: notcapable, positions: [0] },
  { name: "path_filestat_set_times", errno: notcapable, positions: [0] },
  { name: "path_link", errno: notcapable, positions: [0, 4] },
  { name: "path_open", errno: notcapable, positions: [0] },
  { name: "path_readlink", errno: notcapable, positions: [0] },
  { name: "path_remove_directory", errno: notcapable, positions: [0] },
  { name: "path_rename", errno: notcapable, positions: [0, 3] },
  { name: "path_symlink", errno: notcapable, positions: [2] },
  { name: "path_unlink_file", errno: notcapable, positions: [0] },
  { name: "sock_accept", errno: notsock, positions: [0] },
  { name: "sock_recv", errno: notsock, positions: [0] },
  { name: "sock_send", errno: notsock, positions: [0] },
  { name: "sock_shutdown", errno: notsock, positions: [0] },
];

/** Arguments of a function's types: its descriptors as given, and 64 for everything else. */
function argumentsOf(name: WasiFunctionName, descriptors: Readonly<Record<number, number>>) {
  return WASI_FUNCTIONS[name].params.map((type, at) => descriptors[at] ?? (type === "i64" ? 64n : 64));
}

describe.each(REFUSED)("$name", ({ name, errno, positions }) => {
  it.each([0, 1, 2])(`answers ${errno} for descriptor %i, and touches nothing`, (descriptor) => {
    const host = wasiHost();
    host.memory.fill(0xa5);
    const open = Object.fromEntries(positions.map((at) => [at, descriptor]));

    expect(host.call(name, ...argumentsOf(name, open))).toBe(errno);
    expect(host.memory.every((byte) => byte === 0xa5)).toBe(true);
    expect(host.written).toEqual([]);
  });

  it.each(positions.flatMap((at) => [3, 1_000, LAST].map((descriptor) => ({ at, descriptor }))))(
    "answers badf where argument $at is $descriptor",
    ({ at, descriptor }) => {
      const others = Object.fromEntries(positions.map((position) => [position, 1]));

      expect(wasiHost().call(name, ...argumentsOf(name, { ...others, [at]: descriptor }))).toBe(badf);
    },
  );

  it("answers badf for a descriptor that was closed", () => {
    const host = wasiHost();
    host.call("fd_close", 1);

    const closed = Object.fromEntries(positions.map((at) => [at, 1]));
    expect(host.call(name, ...argumentsOf(name, closed))).toBe(badf);
  });
});

it("proc_raise is no function of this system", () => {
  expect(wasiHost().call("proc_raise", 6)).toBe(ERRNO.nosys);
});
