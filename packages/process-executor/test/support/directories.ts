import { chmodSync, mkdtempSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

/** A base directory for an executor: commands run as another user when this process is root, and must get through. */
export function passableDirectory(prefix: string): string {
  return openToAll(mkdtempSync(join(tmpdir(), prefix)));
}

/** A directory for programs: outside the system's own, and above it nobody but its owner may write, which a policy demands. */
export function programDirectory(prefix: string): string {
  return openToAll(mkdtempSync(join(process.getuid?.() === 0 ? "/opt" : homedir(), prefix)));
}

function openToAll(directory: string): string {
  chmodSync(directory, 0o755);
  return directory;
}
