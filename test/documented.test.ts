import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { inWorkspace, sourceFiles, WORKSPACE_PACKAGES } from "./support/workspace.ts";

const LIBRARIES = WORKSPACE_PACKAGES.filter((directory) => directory.startsWith("packages/"));

/** The names that a package exports, each with the file that its index takes it from. */
function exportsOf(directory: string): readonly { readonly name: string; readonly file: string }[] {
  const index = readFileSync(inWorkspace(directory, "src", "index.ts"), "utf8");
  return [...index.matchAll(/export (?:type )?(?:\* as (\w+)|\{([^}]*)\}) from "\.\/([^"]+)"/g)].flatMap(
    ([, namespace, list = "", file = ""]) => {
      const names = namespace === undefined ? list.split(",") : [];
      return names
        .map((name) => ({ name: name.replace(/^\s*type\s+/, "").trim(), file }))
        .filter(({ name }) => name !== "");
    },
  );
}

/** Whether a name is declared in a file right below a doc comment. */
function isDocumented(text: string, name: string): boolean {
  const declaration = new RegExp(
    `\\*/\\n(?:@[^\\n]*\\n)*export (?:declare )?(?:abstract )?(?:async )?(?:interface|type|function\\*?|const|class) ${name}\\b`,
  );
  return declaration.test(text);
}

describe("the review's complaint: exports without documentation", () => {
  it.each(LIBRARIES)("%s documents every name that it exports", (directory) => {
    const files = new Map(sourceFiles(directory).map(({ path, text }) => [path, text]));
    const found = exportsOf(directory);
    expect(found.length).toBeGreaterThan(5);
    const undocumented = found.filter(
      ({ name, file }) => !isDocumented(files.get(join(directory, "src", file)) ?? "", name),
    );
    expect(undocumented).toEqual([]);
  });
});
