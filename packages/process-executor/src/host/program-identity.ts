import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { PinnedProgram } from "@assay/sandbox-policy";
import { ProcessExecutorError } from "../errors.ts";

/** Compares the files behind a program with what the policy pinned. */
export interface IdentityCheck {
  /** @throws {ProcessExecutorError} `PROGRAM_CHANGED` when any file of the closure is not the pinned one. */
  verify(program: PinnedProgram): Promise<void>;
}

/**
 * A file's content is hashed the first time it is seen, and again whenever its change time moves: nobody but the owner of the clock can change
 * content without moving it. Every run compares path, device, inode, size and change time.
 */
export function createIdentityCheck(): IdentityCheck {
  const hashedAt = new Map<string, bigint>();

  const verifyFile = async (file: PinnedProgram) => {
    const changed = (detail: string) =>
      new ProcessExecutorError({ code: "PROGRAM_CHANGED", path: file.path, detail });
    const realPath = await realpath(file.path).catch((error: NodeJS.ErrnoException) => {
      throw changed(`it cannot be found any more (${error.code})`);
    });
    if (realPath !== file.realPath) throw changed(`it now leads to ${realPath}, and led to ${file.realPath}`);
    const unreadable = (error: NodeJS.ErrnoException) => {
      throw changed(`it cannot be looked at (${error.code})`);
    };
    const found = await stat(realPath, { bigint: true }).catch(unreadable);
    if (!found.isFile()) throw changed("it is no longer a regular file");
    if (String(found.dev) !== file.device || String(found.ino) !== file.inode)
      throw changed("it is another file");
    if (found.size !== BigInt(file.sizeBytes)) throw changed("its size changed");
    const key = `${file.realPath}\0${file.sha256}`;
    if (hashedAt.get(key) === found.ctimeNs) return;
    if ((await sha256Of(realPath).catch(unreadable)) !== file.sha256) throw changed("its content changed");
    hashedAt.set(key, found.ctimeNs);
  };

  return {
    async verify(program) {
      for (let file: PinnedProgram | null = program; file !== null; file = file.interpreter)
        await verifyFile(file);
    },
  };
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
