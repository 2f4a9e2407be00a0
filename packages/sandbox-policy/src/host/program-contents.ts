import { createHash } from "node:crypto";
import { type BigIntStats, constants } from "node:fs";
import { access, type FileHandle, open } from "node:fs/promises";
import { ProgramRefusal, refuseUnreadable } from "./program-fault.ts";
import { PROGRAM_HEAD_BYTES, type ProgramFormat, programFormat } from "./script-line.ts";

const MAX_PROGRAM_BYTES = 1024 * 1024 * 1024;

/** What a program is, apart from where. */
export interface ProgramContents {
  readonly stats: BigIntStats;
  readonly sha256: string;
  readonly format: ProgramFormat;
}

/** Everything about the file at a real path, all of it from one descriptor. */
export async function readProgram(path: string): Promise<ProgramContents> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch((error: unknown) => refuseUnreadable(path, error));
  try {
    const stats = await file.stat({ bigint: true });
    if (!stats.isFile()) throw new ProgramRefusal({ kind: "not-a-file", path });
    if ((stats.mode & 0o6000n) !== 0n) throw new ProgramRefusal({ kind: "set-id", path });
    if (!(await isExecutable(path, stats))) throw new ProgramRefusal({ kind: "not-executable", path });
    if (stats.size > MAX_PROGRAM_BYTES)
      throw new ProgramRefusal({
        kind: "too-large",
        path,
        sizeBytes: Number(stats.size),
        maximumBytes: MAX_PROGRAM_BYTES,
      });
    const { head, sha256 } = await readContents(file);
    const after = await file.stat({ bigint: true });
    const changed = (["size", "mtimeNs", "ctimeNs", "mode"] as const).some(
      (fact) => stats[fact] !== after[fact],
    );
    if (changed) throw new ProgramRefusal({ kind: "changed", path });
    return { stats, sha256, format: programFormat(head) };
  } finally {
    await file.close();
  }
}

/** A sandbox started by root runs as somebody else, who needs the permission that everyone has. */
async function isExecutable(path: string, stats: BigIntStats): Promise<boolean> {
  if (process.geteuid?.() === 0) return (stats.mode & 0o001n) !== 0n;
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function readContents(file: FileHandle): Promise<{ head: Uint8Array; sha256: string }> {
  const hash = createHash("sha256");
  const chunk = new Uint8Array(256 * 1024);
  let head: Uint8Array = new Uint8Array();
  for (let position = 0; ; ) {
    const { bytesRead } = await file.read(chunk, 0, chunk.length, position);
    if (bytesRead === 0) break;
    if (position === 0) head = chunk.slice(0, Math.min(bytesRead, PROGRAM_HEAD_BYTES));
    hash.update(chunk.subarray(0, bytesRead));
    position += bytesRead;
  }
  return { head, sha256: hash.digest("hex") };
}

/** SHA-256 of a file, in lower-case hexadecimal. Rejects when it cannot be read. */
export async function hashFile(path: string): Promise<string> {
  await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return (await readContents(file)).sha256;
}
