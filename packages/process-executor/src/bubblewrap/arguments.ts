import { SANDBOX_WORK_DIRECTORY } from "@assay/sandbox-policy";
import {
  DESCRIPTOR,
  HOST_NAME,
  INSIDE_GROUP_ID,
  INSIDE_USER_ID,
  SHARED_MEMORY_BYTES,
  TEMPORARY_BYTES,
  TEMPORARY_DIRECTORY,
} from "./layout.ts";

/** What differs between two sandboxes; everything else is the same for all. */
export interface BubblewrapView {
  readonly network: boolean;
  /** The host's directory that becomes the working directory: absolute. */
  readonly workDirectory: string;
  /** The host's system directories, read-only: `{ directory }` is bound, `{ link, target }` is a symbolic link as on the host. */
  readonly system: readonly SystemEntry[];
  /** Files of the host that are bound read-only at a place of ours, such as a passwd file with one user. */
  readonly files: readonly { readonly source: string; readonly destination: string }[];
  /** The shell that is the gate, as seen inside. */
  readonly shellPath: string;
}

export type SystemEntry = { readonly directory: string } | { readonly link: string; readonly target: string };

/**
 * The arguments of bubblewrap for one sandbox. Pure. Nothing of a plan is in them: the gate gets the command later, so an argument of a
 * command can never become an option of bubblewrap.
 *
 * @see bwrap(1). `--unshare-all`: user, pid, net, ipc, uts, cgroup and mount namespaces. `--disable-userns` needs 0.8.
 */
export function bubblewrapArguments(view: BubblewrapView): readonly string[] {
  return [
    "--unshare-all",
    "--unshare-user",
    ...(view.network ? ["--share-net"] : []),
    "--disable-userns",
    "--die-with-parent",
    "--new-session",
    // Without it bubblewrap's own init is never reaped by a host that is PID 1 itself.
    "--as-pid-1",
    ...["--cap-drop", "ALL"],
    "--clearenv",
    ...["--hostname", HOST_NAME],
    ...["--uid", String(INSIDE_USER_ID), "--gid", String(INSIDE_GROUP_ID)],
    ...view.system.flatMap((entry) =>
      "directory" in entry
        ? ["--ro-bind", entry.directory, entry.directory]
        : ["--symlink", entry.target, entry.link],
    ),
    ...view.files.flatMap(({ source, destination }) => ["--ro-bind", source, destination]),
    ...["--proc", "/proc"],
    // The gate is process 1 and the same user: through /proc/1/mem a command could write its own exit status, or rewrite the gate.
    ...["--tmpfs", "/proc/1", "--remount-ro", "/proc/1"],
    ...[
      "--dev",
      "/dev",
      "--size",
      String(SHARED_MEMORY_BYTES),
      "--tmpfs",
      "/dev/shm",
      "--remount-ro",
      "/dev",
    ],
    ...["--size", String(TEMPORARY_BYTES), "--tmpfs", TEMPORARY_DIRECTORY],
    ...["--bind", view.workDirectory, SANDBOX_WORK_DIRECTORY],
    // Not the working directory: the command before may have closed it to everybody, which is for the gate to report.
    ...["--chdir", "/"],
    // The sandbox's own root is a tmpfs that would be writable otherwise.
    ...["--remount-ro", "/"],
    ...["--info-fd", String(DESCRIPTOR.info)],
    ...["--seccomp", String(DESCRIPTOR.seccomp)],
    "--",
    view.shellPath,
  ];
}
