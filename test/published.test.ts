import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { inWorkspace, readManifest, WORKSPACE_PACKAGES } from "./support/workspace.ts";

const LIBRARIES = WORKSPACE_PACKAGES.filter((directory) => directory.startsWith("packages/"));

function run(
  command: string,
  args: readonly string[],
  cwd: string,
): { readonly status: number | null; readonly output: string } {
  const result = spawnSync(command, args, { cwd, encoding: "utf8", timeout: 60_000 });
  return { status: result.status, output: `${result.stdout}${result.stderr}` };
}

/** Needs the build: `npm test` builds first, and `pnpm build` does for a single run. */
describe.each(LIBRARIES)("%s as it would be published", (directory) => {
  const cwd = inWorkspace(directory);

  it("was built", () => {
    expect(existsSync(join(cwd, "dist", "index.js")) && existsSync(join(cwd, "dist", "index.d.ts"))).toBe(
      true,
    );
  });

  it("is what publint expects", () => {
    const result = run("pnpm", ["--silent", "exec", "publint", "--strict"], cwd);
    expect(result).toMatchObject({ status: 0 });
  });

  it("has types that resolve the way its code does", () => {
    const packed = mkdtempSync(join(tmpdir(), "assay-packed-"));
    try {
      run("pnpm", ["pack", "--pack-destination", packed], cwd);
      const file = join(packed, `${readManifest(directory).name.slice(1).replace("/", "-")}-0.1.0.tgz`);
      const result = run("pnpm", ["--silent", "exec", "attw", file, "--profile", "esm-only"], cwd);
      expect(result).toMatchObject({ status: 0 });
    } finally {
      rmSync(packed, { recursive: true });
    }
  });

  it("can be imported from its build alone", () => {
    const script = `const all = await import("${readManifest(directory).name}"); console.log(Object.keys(all).length)`;
    const result = run(process.execPath, ["--input-type=module", "-e", script], cwd);
    expect(result.status === 0 && Number(result.output) > 0).toBe(true);
  });
});
