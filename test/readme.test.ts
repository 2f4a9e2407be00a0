import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { inWorkspace, WORKSPACE_PACKAGES } from "./support/workspace.ts";

const LIBRARIES = WORKSPACE_PACKAGES.filter((directory) => directory.startsWith("packages/"));

/** The first TypeScript block of a README: the example that a newcomer copies. */
function exampleOf(directory: string): string {
  const readme = readFileSync(inWorkspace(directory, "README.md"), "utf8");
  const example = /^```ts\n([\s\S]*?)^```$/m.exec(readme)?.[1];
  if (example === undefined) throw new Error(`${directory}/README.md has no ts block`);
  return example;
}

describe.each(LIBRARIES)("the example in %s/README.md", (directory) => {
  it("runs as it stands, and prints something", () => {
    const file = inWorkspace(directory, "test", "readme-example.generated.ts");
    writeFileSync(file, exampleOf(directory));
    try {
      const result = spawnSync(process.execPath, ["--conditions=@assay/source", file], {
        encoding: "utf8",
        timeout: 30_000,
      });
      expect(`${result.status} ${result.stderr}`).toBe("0 ");
      expect(result.stdout.trim()).not.toBe("");
    } finally {
      rmSync(file);
    }
  });

  it("imports its own package by name, and nothing that a reader would have to guess", () => {
    const imports = [...exampleOf(directory).matchAll(/from "([^"]+)"/g)].map((match) => match[1] ?? "");
    const name = `@assay/${directory.slice("packages/".length)}`;
    expect(imports).toContain(name);
    expect(imports.filter((specifier) => specifier.startsWith("."))).toEqual([]);
  });
});
