import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { arch } from "node:process";
import { INSIDE_GROUP_ID, INSIDE_USER_ID } from "../bubblewrap/layout.ts";
import { ProcessExecutorError } from "../errors.ts";
import { seccompFilter } from "../seccomp/filter.ts";

/** The files of one executor: removed as a whole when it is closed. */
export interface StateDirectory {
  readonly path: string;
  readonly fifoDirectory: string;
  seccompPath(network: boolean): string;
  /** One user and one group: what `id` shows inside, instead of the host's accounts. */
  readonly accountFiles: readonly { readonly source: string; readonly destination: string }[];
}

/** @throws {ProcessExecutorError} `ISOLATION_UNAVAILABLE` on a machine for which there is no seccomp filter. */
export function makeStateDirectory(baseDirectory: string): StateDirectory {
  if (arch !== "x64" && arch !== "arm64") {
    const detail = `there is a filter for x64 and arm64, and this is ${arch}`;
    throw new ProcessExecutorError({ code: "ISOLATION_UNAVAILABLE", protection: "seccomp", detail });
  }
  const path = mkdtempSync(join(baseDirectory, "assay-"));
  // The sandbox's user on the host must get through to its working directory; names in here are not guessable, nor can they be listed.
  chmodSync(path, 0o711);
  const write = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(path, name), content, { mode: 0o444 });
    return join(path, name);
  };
  const filters = {
    isolated: write("isolated.bpf", seccompFilter(arch, false)),
    network: write("network.bpf", seccompFilter(arch, true)),
  };
  const passwd = `sandbox:x:${INSIDE_USER_ID}:${INSIDE_GROUP_ID}:sandbox:/work:/bin/sh\n`;
  return {
    path,
    fifoDirectory: join(path, "pipes"),
    seccompPath: (network) => (network ? filters.network : filters.isolated),
    accountFiles: [
      { source: write("passwd", passwd), destination: "/etc/passwd" },
      { source: write("group", `sandbox:x:${INSIDE_GROUP_ID}:\n`), destination: "/etc/group" },
    ],
  };
}
