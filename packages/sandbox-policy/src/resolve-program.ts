import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, lstat, open, readlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { PinnedProgram } from "./pinned-program.ts";

/** Why a file on this host may not be a program of a policy. */
export type ProgramFault =
  | { readonly fault: "not-found" }
  | { readonly fault: "not-a-file"; readonly path: string }
  | { readonly fault: "not-executable"; readonly path: string }
  | { readonly fault: "unreadable"; readonly path: string; readonly detail: string };

export type ProgramResolution =
  | { readonly outcome: "ok"; readonly program: PinnedProgram }
  | { readonly outcome: "refused"; readonly fault: ProgramFault };

/** Finds `name` on `searchPath` (or takes it as it is when absolute) and pins the file. */
export async function resolveProgram(
  name: string,
  searchPath: readonly string[],
): Promise<ProgramResolution> {
  const candidates = name.startsWith("/") ? [name] : searchPath.map((directory) => join(directory, name));
  for (const path of candidates) {
    const realPath = await followLinks(path);
    if (realPath !== null) return await pin(name, path, realPath);
  }
  return { outcome: "refused", fault: { fault: "not-found" } };
}

async function followLinks(path: string): Promise<string | null> {
  let current = "/";
  const pending = path.split("/").filter(Boolean);
  for (let links = 0; pending.length > 0; ) {
    const segment = pending.shift() ?? "";
    if (segment === "..") {
      current = dirname(current);
      continue;
    }
    const next = join(current, segment);
    const stats = await lstat(next).catch(() => null);
    if (stats === null) return null;
    if (!stats.isSymbolicLink()) {
      current = next;
      continue;
    }
    if (++links > 40) return null;
    const target = await readlink(next);
    pending.unshift(...target.split("/").filter((part) => part !== "" && part !== "."));
    if (target.startsWith("/")) current = "/";
  }
  return current;
}

async function pin(name: string, path: string, realPath: string): Promise<ProgramResolution> {
  let file: FileHandle;
  try {
    file = await open(realPath, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    return { outcome: "refused", fault: { fault: "unreadable", path: realPath, detail: String(error) } };
  }
  try {
    const stats = await file.stat({ bigint: true });
    if (!stats.isFile()) return { outcome: "refused", fault: { fault: "not-a-file", path: realPath } };
    if ((stats.mode & 0o111n) === 0n)
      return { outcome: "refused", fault: { fault: "not-executable", path: realPath } };
    const hash = createHash("sha256");
    for await (const chunk of file.createReadStream({ autoClose: false })) hash.update(chunk);
    return {
      outcome: "ok",
      program: {
        name,
        path,
        realPath,
        device: String(stats.dev),
        inode: String(stats.ino),
        sizeBytes: Number(stats.size),
        sha256: hash.digest("hex"),
        interpreter: null,
      },
    };
  } finally {
    await file.close();
  }
}
