import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const FIXTURE = fileURLToPath(new URL("fixtures/makes-machine-code.ts", import.meta.url));
const MODULES = 6;
const UNLIMITED_MIB = 10_000;

/** What becomes of the modules in a process that aborts at 32 MiB of machine code: at that of two of them. */
async function evaluateAll(maxCachedMiB: number, maxMachineCodeMiB: number): Promise<readonly string[]> {
  const args = ["--wasm-max-committed-code-mb=32", "--conditions=@assay/source", FIXTURE];
  const settings = [MODULES, maxCachedMiB, maxMachineCodeMiB].map(String);
  const { stdout } = await promisify(execFile)(process.execPath, [...args, ...settings]);
  return stdout.trim().split("\n");
}

describe("modules of much machine code, one after the other,", () => {
  it("abort the process if all of them are kept, and not if the cache is bounded by it", async () => {
    await expect(evaluateAll(UNLIMITED_MIB, UNLIMITED_MIB)).rejects.toMatchObject({ signal: "SIGABRT" });

    expect(await evaluateAll(16, UNLIMITED_MIB)).toEqual(Array(MODULES).fill("returned"));
  });

  it("are refused where one may not have so much", async () => {
    expect(await evaluateAll(UNLIMITED_MIB, 20)).toEqual(Array(MODULES).fill("too-much-machine-code"));
  });
});
