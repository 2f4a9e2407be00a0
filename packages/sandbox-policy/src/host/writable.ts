import { isAbsolute, relative, sep } from "node:path";

/** Who, other than those we trust, can change a file or what a directory contains. */
export type Writer = "everyone" | "its group" | "its owner" | "the sandbox";

/** What of `stat` says who may write. */
export interface Ownership {
  readonly uid: bigint;
  readonly mode: bigint;
  isSymbolicLink(): boolean;
}

/** Whom a program's file may belong to, and where the sandbox can write. */
export interface TrustRules {
  /** User ids that put nothing there but what should be: root, and whoever runs this process. */
  readonly owners: ReadonlySet<bigint>;
  /** Real paths of directories that a sandbox can write to. */
  readonly writableDirectories: readonly string[];
}

/**
 * Who could put something else at `path`, judged by that one file, link or directory alone; `null` when nobody can.
 * For a symbolic link only the owner counts: its mode says nothing.
 *
 * A sticky directory such as /tmp counts as writable. With access control lists the group bits are the mask, so a list
 * that lets anybody write shows as group-writable.
 */
export function untrustedWriter(rules: TrustRules, path: string, ownership: Ownership): Writer | null {
  if (rules.writableDirectories.some((directory) => isAtOrBelow(path, directory))) return "the sandbox";
  if (!rules.owners.has(ownership.uid)) return "its owner";
  if (ownership.isSymbolicLink()) return null;
  if ((ownership.mode & 0o002n) !== 0n) return "everyone";
  if ((ownership.mode & 0o020n) !== 0n) return "its group";
  return null;
}

function isAtOrBelow(path: string, directory: string): boolean {
  const way = relative(directory, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
