import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

interface Entry {
  readonly path: string;
  readonly sizeBytes: number;
  readonly usedAtMs: number;
}

/** Removes the least recently used files of a directory, until the rest takes no more than `maxBytes`. */
export async function removeOldest(directory: string, maxBytes: number): Promise<void> {
  const entries = await Promise.all(
    (await readdir(directory)).map((name) => describe(join(directory, name))),
  );
  const newestFirst = entries.filter((entry) => entry !== null).sort((a, b) => b.usedAtMs - a.usedAtMs);
  let totalBytes = 0;
  for (const { path, sizeBytes } of newestFirst) {
    totalBytes += sizeBytes;
    if (totalBytes > maxBytes) await rm(path, { force: true });
  }
}

/** `null`: another process has removed it. */
async function describe(path: string): Promise<Entry | null> {
  try {
    const { size, mtimeMs } = await stat(path);
    return { path, sizeBytes: size, usedAtMs: mtimeMs };
  } catch {
    return null;
  }
}
