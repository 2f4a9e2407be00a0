import { chmod, chown, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { ProcessExecutorError } from "../errors.ts";
import { systemTool } from "./system-tool.ts";

/** Makes the private directory of one evaluation, owned by the user that its commands run as on the host. */
export async function makeWorkDirectory(
  parent: string,
  owner: { readonly uid: number; readonly gid: number } | null,
): Promise<string> {
  try {
    const directory = await mkdtemp(join(parent, "work-"));
    await chmod(directory, 0o700);
    if (owner !== null) await chown(directory, owner.uid, owner.gid);
    return directory;
  } catch (error) {
    throw failed(parent, error);
  }
}

/**
 * Removes a directory whatever a command left in it: rm(1) and chmod(1) walk by descriptor, so depth, names that are not UTF-8, and symbolic
 * links that lead elsewhere do not matter. Every process of the sandbox must be gone.
 *
 * @throws {ProcessExecutorError} `WORK_DIRECTORY_FAILED` when something is left.
 */
export async function removeDirectory(directory: string): Promise<void> {
  // The ordinary case, without a process. It follows no links either, but gives up on what the tools below can handle.
  if (
    await rm(directory, { recursive: true, force: true }).then(
      () => true,
      () => false,
    )
  )
    return;
  const options = { stdin: "ignore", reject: false, stripFinalNewline: true, preferLocal: false } as const;
  const remove = () => execa(systemTool("rm"), ["-rf", "--one-file-system", "--", directory], options);
  if ((await remove()).exitCode === 0) return;
  // A directory without permissions stops an ordinary user, though not root.
  await execa(systemTool("chmod"), ["-R", "u+rwX", "--", directory], options);
  const second = await remove();
  if (second.exitCode !== 0) throw failed(directory, new Error(second.stderr || second.originalMessage));
}

function failed(path: string, error: unknown): ProcessExecutorError {
  const detail = error instanceof Error ? error.message : String(error);
  return new ProcessExecutorError({ code: "WORK_DIRECTORY_FAILED", path, detail }, { cause: error });
}
