import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

/** A process that was given descriptor 251 by its parent shell, as some service managers do. */
async function withDescriptor251(mode: string): Promise<string> {
  const script = fileURLToPath(new URL("../support/descriptor-host.ts", import.meta.url));
  const shell = `exec 251</etc/hostname; exec "$0" --conditions=@assay/source "$1" "$2"`;
  const child = spawn("/bin/bash", ["-c", shell, process.execPath, script, mode], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    stdout += chunk;
  });
  await once(child, "close");
  return stdout.trim();
}

describe("descriptors that this process inherited", () => {
  it("would be open in any child: the control", async () => {
    expect(await withDescriptor251("control")).toContain("251");
  });

  it("are refused by open, with number and target", async () => {
    expect(await withDescriptor251("open")).toBe("INHERITED_DESCRIPTOR 251 /etc/hostname");
  });

  it("are closed by the application that asks for it, and then no command has them", async () => {
    expect(await withDescriptor251("close")).toBe("closed 251; inside 0 1 2");
  });
});
