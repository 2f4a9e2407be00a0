import { existsSync, lstatSync, readlinkSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import {
  type PinnedProgram,
  programClosure,
  SANDBOX_TEMPORARY_DIRECTORY,
  SANDBOX_WORK_DIRECTORY,
} from "@assay/sandbox-policy";
import type { SystemEntry } from "../bubblewrap/arguments.ts";
import { ProcessExecutorError } from "../errors.ts";

/** What a program needs of the host to start, and no more: nothing of /etc, /home, /root, /var or /run beyond these. */
const SYSTEM_PATHS = [
  "/usr",
  "/bin",
  "/sbin",
  "/lib",
  "/lib32",
  "/lib64",
  "/libx32",
  "/etc/alternatives",
  "/etc/ld.so.cache",
];

/** What name resolution and TLS need besides, when the network is shared. */
const NETWORK_FILES = [
  "/etc/resolv.conf",
  "/etc/hosts",
  "/etc/nsswitch.conf",
  "/etc/services",
  "/etc/protocols",
];
const NETWORK_DIRECTORIES = ["/etc/ssl/certs"];

/** Places of the sandbox's own: a program of the host that lies below one of them would not be there. */
const REPLACED = [SANDBOX_WORK_DIRECTORY, SANDBOX_TEMPORARY_DIRECTORY, "/proc", "/dev"];

/** The host's system directories as they are: a directory, or a symbolic link on hosts where /bin is /usr/bin. */
export function systemEntries(network: boolean): readonly SystemEntry[] {
  return [...SYSTEM_PATHS, ...(network ? NETWORK_DIRECTORIES : [])]
    .filter(existsSync)
    .map((path) =>
      lstatSync(path).isSymbolicLink() ? { link: path, target: readlinkSync(path) } : { directory: path },
    );
}

/** Single files that are bound read-only: those of the network, by their real path, because many are links into /run. */
export function networkFiles(
  network: boolean,
): readonly { readonly source: string; readonly destination: string }[] {
  if (!network) return [];
  return NETWORK_FILES.filter(existsSync).map((path) => ({ source: realpathSync(path), destination: path }));
}

/**
 * The files of programs that lie outside the system directories, bound one by one.
 *
 * @throws {ProcessExecutorError} `PLAN_NOT_FOR_SANDBOX` for a program below a directory that the sandbox replaces.
 */
export function programFiles(
  programs: readonly PinnedProgram[],
): readonly { readonly source: string; readonly destination: string }[] {
  const destinations = new Map<string, string>();
  for (const { path, realPath } of programs.flatMap((program) => programClosure(program))) {
    for (const destination of [realPath, path]) {
      if (isSystemPath(destination)) continue;
      if (isBelowAny(destination, REPLACED)) {
        const detail = `${destination} lies below ${dirname(destination)}, which the sandbox replaces by its own`;
        throw new ProcessExecutorError({ code: "PLAN_NOT_FOR_SANDBOX", detail });
      }
      destinations.set(destination, realPath);
    }
  }
  return [...destinations].map(([destination, source]) => ({ source, destination }));
}

/** Whether a path lies in what every sandbox sees of the host. */
export function isSystemPath(path: string): boolean {
  return isBelowAny(path, SYSTEM_PATHS);
}

function isBelowAny(path: string, directories: readonly string[]): boolean {
  return directories.some((directory) => path === directory || path.startsWith(`${directory}/`));
}
