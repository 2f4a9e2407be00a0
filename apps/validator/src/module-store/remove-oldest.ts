import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

interface Entry {
  readonly path: string;
  readonly sizeBytes: number;
  readonly usedAtMs: number;
}

/** What a store writes; whatever else is in the directory is somebody else's. */
const OWN_NAME = /^(?:[0-9a-f]+\.module|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.partial)$/;

/** Removes the least recently used files of a store, until the rest takes no more than `maxBytes`. */
export async function removeOldest(directory: string, maxBytes: number): Promise<void> {
  const names = (await readdir(directory)).filter((name) => OWN_NAME.test(name));
  const entries = await Promise.all(names.map((name) => describe(join(directory, name))));
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
