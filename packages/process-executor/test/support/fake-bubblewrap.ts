import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { programDirectory } from "./directories.ts";

export const SAYS_ITS_VERSION = '[ "$1" = --version ] && echo bubblewrap 0.8.0 && exit';

/** A program of root's that stands in for bubblewrap. */
export function fakeBubblewrap(script: string): { readonly directory: string; readonly path: string } {
  const directory = programDirectory("assay-fake-");
  const path = join(directory, "bwrap");
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { directory, path };
}
