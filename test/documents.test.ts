import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { inWorkspace, WORKSPACE_PACKAGES } from "./support/workspace.ts";

const EXAMPLES = readdirSync(inWorkspace("examples"))
  .map((name) => `examples/${name}/README.md`)
  .filter((path) => existsSync(inWorkspace(path)));
const DOCUMENTS = [
  ...["README.md", "ARCHITECTURE.md", "SECURITY.md", "CONTRIBUTING.md", "examples/README.md"],
  ...WORKSPACE_PACKAGES.map((directory) => `${directory}/README.md`),
  ...EXAMPLES,
];

describe.each(DOCUMENTS)("%s", (path) => {
  const text = readFileSync(inWorkspace(path), "utf8");

  it("links only to what is there", () => {
    const targets = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map((match) => match[1] ?? "");
    expect(targets.filter((target) => !existsSync(join(inWorkspace(dirname(path)), target)))).toEqual([]);
  });

  it("names only files of the workspace that are there", () => {
    const named = [...text.matchAll(/`((?:packages|apps|examples|scripts|test|bench)\/[\w./-]+)`/g)].map(
      (match) => match[1] ?? "",
    );
    expect(named.filter((name) => !existsSync(inWorkspace(name)))).toEqual([]);
  });
});
