import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { makeMemoryCgroup } from "./support/memory-cgroup.ts";

const MIB = 1024 * 1024;

async function outcomeUnder(limitBytes: number, perl: string): Promise<unknown> {
  using cgroup = makeMemoryCgroup(limitBytes);
  const script = fileURLToPath(new URL("./support/memory-host.ts", import.meta.url));
  const shell = `echo $$ > ${cgroup.procsPath} && exec "$0" --conditions=@assay/source "$1" "$2"`;
  const child = spawn("/bin/sh", ["-c", shell, process.execPath, script, perl], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    stdout += chunk;
  });
  await once(child, "close");
  return JSON.parse(stdout);
}

describe("a command that the kernel kills for memory", () => {
  it("is reported as out-of-memory", async () => {
    expect(await outcomeUnder(512 * MIB, 'my $x = "x" x (1 << 30); print length $x')).toEqual({
      kind: "out-of-memory",
    });
  });

  it("is told from one that killed itself", async () => {
    expect(await outcomeUnder(512 * MIB, "kill 9, $$")).toEqual({ kind: "signalled", signal: "SIGKILL" });
  });
});
