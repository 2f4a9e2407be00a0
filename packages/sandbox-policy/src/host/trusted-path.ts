import type { BigIntStats } from "node:fs";
import { lstat, readlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ProgramRefusal, refuseUnreadable } from "./program-fault.ts";
import type { Ownership, Writer } from "./writable.ts";

/** Linux MAXSYMLINKS. */
const MAX_LINKS = 40;

/** Who could change what is at a path, if anybody we do not trust: see `untrustedWriter`. */
export type WriterOf = (path: string, ownership: Ownership) => Writer | null;

/** The real path, if no directory, link or file on the way to it could be changed by somebody we do not trust. */
export async function followTrusted(path: string, writerOf: WriterOf): Promise<string> {
  const pending = path.split("/").filter(isName);
  let current = "/";
  await requireTrusted(current, writerOf);
  for (let links = 0; pending.length > 0; ) {
    const segment = pending.shift() ?? "";
    if (segment === "..") {
      current = dirname(current);
      continue;
    }
    const next = join(current, segment);
    const stats = await requireTrusted(next, writerOf);
    if (!stats.isSymbolicLink()) {
      current = next;
      continue;
    }
    links += 1;
    if (links > MAX_LINKS) throw new ProgramRefusal({ kind: "too-many-links", path });
    const target = await readlink(next);
    pending.unshift(...target.split("/").filter(isName));
    if (target.startsWith("/")) current = "/";
  }
  return current;
}

function isName(segment: string): boolean {
  return segment !== "" && segment !== ".";
}

async function requireTrusted(path: string, writerOf: WriterOf): Promise<BigIntStats> {
  const stats = await lstat(path, { bigint: true }).catch((error: unknown) => refuseUnreadable(path, error));
  const writer = writerOf(path, stats);
  if (writer !== null) throw new ProgramRefusal({ kind: "writable", path, writer });
  return stats;
}
