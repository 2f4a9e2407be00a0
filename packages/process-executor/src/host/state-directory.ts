import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { arch } from "node:process";
import { INSIDE_GROUP_ID, INSIDE_USER_ID } from "../bubblewrap/layout.ts";
import { ProcessExecutorError } from "../errors.ts";
import type { Architecture } from "../seccomp/denied-syscalls.ts";
import { seccompFilter } from "../seccomp/filter.ts";
import { isSystemPath } from "./system-directories.ts";

/** The files of one executor: removed as a whole when it is closed. */
export interface StateDirectory {
  readonly path: string;
  readonly fifoDirectory: string;
  seccompPath(network: boolean): string;
  /** One user and one group: what `id` shows inside, instead of the host's accounts. */
  readonly accountFiles: readonly { readonly source: string; readonly destination: string }[];
}

/**
 * @param visitor - the host's user that must get through to its working directory; `null` when that is this process's own.
 * @throws {ProcessExecutorError} `ISOLATION_UNAVAILABLE` on a machine for which there is no seccomp filter; `WORK_DIRECTORY_FAILED` when the
 *   directory cannot be made, or the sandbox's user could not reach it.
 */
export function makeStateDirectory(
  baseDirectory: string,
  visitor: { readonly uid: number; readonly gid: number } | null,
): StateDirectory {
  if (arch !== "x64" && arch !== "arm64") {
    const detail = `there is a filter for x64 and arm64, and this is ${arch}`;
    throw new ProcessExecutorError({ code: "ISOLATION_UNAVAILABLE", protection: "seccomp", detail });
  }
  const base = resolve(baseDirectory);
  refuseVisible(base);
  if (visitor !== null) requirePassage(base, visitor.uid);
  const path = makeDirectory(base);
  try {
    return fillStateDirectory(path, arch, visitor);
  } catch (error) {
    rmSync(path, { recursive: true, force: true });
    throw workDirectoryFailed(path, error);
  }
}

function fillStateDirectory(
  path: string,
  architecture: Architecture,
  visitor: { readonly gid: number } | null,
): StateDirectory {
  // Nobody but the sandbox's user may get through to what commands leave here: a set-user-ID file for one, which works outside of the sandbox.
  if (visitor !== null) {
    chownSync(path, -1, visitor.gid);
    chmodSync(path, 0o710);
  }
  const write = (name: string, content: string | Uint8Array) => {
    const file = join(path, name);
    writeFileSync(file, content);
    // Whatever the umask is.
    chmodSync(file, 0o444);
    return file;
  };
  const filters = {
    isolated: write("isolated.bpf", seccompFilter(architecture, false)),
    network: write("network.bpf", seccompFilter(architecture, true)),
  };
  const passwd = `sandbox:x:${INSIDE_USER_ID}:${INSIDE_GROUP_ID}:sandbox:/work:/bin/sh\n`;
  return {
    path,
    fifoDirectory: join(path, "pipes"),
    seccompPath: (network) => (network ? filters.network : filters.isolated),
    accountFiles: [
      { source: write("passwd", passwd), destination: "/etc/passwd" },
      { source: write("group", `sandbox:x:${INSIDE_GROUP_ID}:\n`), destination: "/etc/group" },
    ],
  };
}

function makeDirectory(baseDirectory: string): string {
  try {
    return mkdtempSync(join(baseDirectory, "assay-"));
  } catch (error) {
    throw workDirectoryFailed(baseDirectory, error);
  }
}

function workDirectoryFailed(path: string, error: unknown): ProcessExecutorError {
  const detail = error instanceof Error ? error.message : String(error);
  return new ProcessExecutorError({ code: "WORK_DIRECTORY_FAILED", path, detail }, { cause: error });
}

/** Below a system directory, every sandbox would see the files of all others. */
function refuseVisible(baseDirectory: string): void {
  const real = existsSync(baseDirectory) ? realpathSync(baseDirectory) : baseDirectory;
  if (!isSystemPath(real)) return;
  const detail =
    "it lies in a directory of the system that every sandbox sees; choose another base directory";
  throw new ProcessExecutorError({ code: "WORK_DIRECTORY_FAILED", path: baseDirectory, detail });
}

/** Every directory on the way must let the sandbox's user pass; bubblewrap's own message would not say which one does not. */
function requirePassage(baseDirectory: string, uid: number): void {
  for (let path = resolve(baseDirectory); ; path = dirname(path)) {
    const found = statSync(path, { throwIfNoEntry: false });
    const passable =
      found === undefined || (found.mode & 0o001) !== 0 || (found.uid === uid && (found.mode & 0o100) !== 0);
    if (!passable) {
      const detail = `commands run as user ${uid}, who may not pass through ${path}; choose another base directory, or chmod o+x it`;
      throw new ProcessExecutorError({ code: "WORK_DIRECTORY_FAILED", path: baseDirectory, detail });
    }
    if (path === dirname(path)) return;
  }
}
