import { lstat, mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

export type StoreDirectory =
  | { readonly ok: true; readonly directory: string }
  /** Why modules are not kept there. */
  | { readonly ok: false; readonly directory: string; readonly reason: string };

/**
 * Where modules are kept when nobody says where, as the XDG base directory specification has it.
 *
 * @param home - gives the user's home directory, or throws where the system knows of none.
 * @returns `null` for a user without a home: a relative path would lead to wherever the command was started.
 */
export function defaultStoreDirectory(
  cacheHome: string | undefined,
  home: () => string = homedir,
): string | null {
  const base = cacheHome !== undefined && isAbsolute(cacheHome) ? cacheHome : cacheInHome(home);
  return base === null ? null : join(base, "assay", "modules");
}

function cacheInHome(home: () => string): string | null {
  try {
    const directory = home();
    return isAbsolute(directory) ? join(directory, ".cache") : null;
  } catch {
    // A container's user often stands in no list of users.
    return null;
  }
}

/**
 * Makes the directory if need be, and sees that nobody but this user can write there: what is read from it runs without
 * being rewritten again.
 */
export async function openStoreDirectory(directory: string): Promise<StoreDirectory> {
  const refused = (reason: string): StoreDirectory => ({ ok: false, directory, reason });
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const found = await lstat(directory);
    if (!found.isDirectory()) return refused("it is no directory");
    if (found.uid !== process.getuid?.()) return refused(`it belongs to user ${found.uid}`);
    if ((found.mode & 0o077) !== 0)
      return refused("others than its owner have access to it; it needs mode 700");
    return { ok: true, directory };
  } catch (error) {
    return refused(error instanceof Error ? error.message : "it cannot be opened");
  }
}
