import { createHash, randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { open as openFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ModuleStore } from "@assay/wasm-runtime";
import type { Logger } from "pino";
import { openStoreDirectory } from "./open-directory.ts";
import { removeOldest } from "./remove-oldest.ts";

export interface ModuleStoreOptions {
  readonly directory: string;
  /** What all entries may take together; the least recently used ones go first. */
  readonly maxBytes: number;
  readonly logger: Logger;
}

const HASH_BYTES = 32;

/**
 * A store in a directory that is opened when it is first needed. One that others could write to is not used: whoever can
 * decides what runs as metered. The log says so, and evaluations only take longer.
 */
export function openModuleStore(options: ModuleStoreOptions): ModuleStore {
  const { directory, logger } = options;
  let opened: Promise<ModuleStore | null> | null = null;

  async function open(): Promise<ModuleStore | null> {
    const found = await openStoreDirectory(directory);
    if (found.ok) return createModuleStore(options);
    logger.warn({ directory, reason: found.reason }, "the module cache is not used");
    return null;
  }

  return {
    async get(key) {
      opened ??= open();
      return (await (await opened)?.get(key)) ?? null;
    },
    async put(key, entry) {
      opened ??= open();
      await (await opened)?.put(key, entry);
    },
  };
}

/**
 * Keeps rewritten modules in files, each with the hash of its key and its content before it. A file that is damaged, or was
 * put under another name, is as good as none; so is a disk that fails, but for a warning.
 *
 * @param options - its directory was opened by `openStoreDirectory`.
 */
export function createModuleStore({ directory, maxBytes, logger }: ModuleStoreOptions): ModuleStore {
  const pathOf = (key: string) => join(directory, `${key}.module`);

  async function unlessFailing<T>(action: string, otherwise: T, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      logger.warn({ directory, err: error }, `the module cache could not be ${action}`);
      return otherwise;
    }
  }

  return {
    get: (key) =>
      unlessFailing("read", null, async () => {
        const file = await readEntryFile(pathOf(key), maxBytes);
        if (file === null) return null;
        const entry = file.subarray(HASH_BYTES);
        if (!hashOf(key, entry).equals(file.subarray(0, HASH_BYTES))) {
          await rm(pathOf(key), { force: true });
          return null;
        }
        return entry;
      }),
    put: (key, entry) =>
      unlessFailing("written", undefined, async () => {
        const partial = join(directory, `${randomUUID()}.partial`);
        try {
          await writeFile(partial, Buffer.concat([hashOf(key, entry), entry]), { mode: 0o600 });
          // Others find all of it or nothing.
          await rename(partial, pathOf(key));
        } finally {
          await rm(partial, { force: true });
        }
        await removeOldest(directory, maxBytes);
      }),
  };
}

function hashOf(key: string, bytes: Uint8Array): Buffer {
  return createHash("sha256").update(`${key}\0`).update(bytes).digest();
}

/** Reads a file, and notes that it was used. @returns `null`: there is none, or something else that is no entry. */
async function readEntryFile(path: string, maxBytes: number): Promise<Buffer | null> {
  // A link leads out of the directory, and to open a pipe would wait for its writer.
  const file = await openFile(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (error: unknown) => {
      if (isMissing(error)) return null;
      throw error;
    },
  );
  if (file === null) return null;
  try {
    const found = await file.stat();
    if (!found.isFile() || found.size > maxBytes) return null;
    const now = new Date();
    // A store that can only be read has no order in which anything is removed.
    await file.utimes(now, now).catch(() => {});
    return await file.readFile();
  } finally {
    await file.close();
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
