import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { importCycles } from "./support/import-graph.ts";
import { inWorkspace, readManifest, sourceFiles, WORKSPACE_PACKAGES } from "./support/workspace.ts";

/** Who may import whom. Editing this table is how the architecture changes. */
const ALLOWED: Record<string, readonly string[]> = {
  "packages/host-interface": [],
  "packages/sandbox-policy": [],
  "packages/process-executor": ["sandbox-policy"],
  "packages/wasm-runtime": ["host-interface"],
  "packages/sandbox-host": ["host-interface", "process-executor", "sandbox-policy"],
  "apps/validator": ["host-interface", "process-executor", "sandbox-host", "sandbox-policy", "wasm-runtime"],
};

const SCOPE = "@assay/";
const internalOf = (names: readonly string[]) =>
  names
    .filter((name) => name.startsWith(SCOPE))
    .map((name) => name.slice(SCOPE.length))
    .sort();

it("has a row in the table for every package and application", () => {
  expect(Object.keys(ALLOWED).sort()).toEqual([...WORKSPACE_PACKAGES].sort());
});

describe.each(Object.entries(ALLOWED))("%s", (directory, allowed) => {
  it(`depends only on ${allowed.length === 0 ? "no other package" : allowed.join(", ")}`, () => {
    expect(internalOf(Object.keys(readManifest(directory).dependencies ?? {}))).toEqual(allowed);
  });

  it("imports nothing that it does not declare", () => {
    const { dependencies = {} } = readManifest(directory);
    const imported = sourceFiles(directory).flatMap(({ imports }) =>
      imports.filter((name) => !name.startsWith(".")),
    );
    const undeclared = imported.filter(
      (name) => !name.startsWith("node:") && !(packageOf(name) in dependencies),
    );
    expect(undeclared).toEqual([]);
  });

  it("has no cycle among its own files", () => {
    expect(importCycles(sourceFiles(directory))).toEqual([]);
  });

  it("never imports its own index", () => {
    const guilty = sourceFiles(directory).filter(({ imports }) =>
      imports.some((name) => /(^|\/)index\.ts$/.test(name)),
    );
    expect(guilty.map(({ path }) => path)).toEqual([]);
  });

  it("is documented by a README", () => {
    expect(readFileSync(inWorkspace(directory, "README.md"), "utf8").length).toBeGreaterThan(500);
  });
});

describe("invariants that say what is absent", () => {
  const importsOf = (directory: string) =>
    sourceFiles(directory).flatMap(({ path, imports }) => imports.map((name) => `${path}: ${name}`));

  it("host-interface uses nothing of Node: a guest's author can run it anywhere", () => {
    expect(importsOf("packages/host-interface").filter((line) => line.includes("node:"))).toEqual([]);
  });

  it("wasm-runtime cannot start a process or open a file", () => {
    const forbidden = /node:(child_process|fs|net|http|https|dgram|cluster)/;
    expect(importsOf("packages/wasm-runtime").filter((line) => forbidden.test(line))).toEqual([]);
  });

  it("sandbox-policy cannot start a process or reach a network", () => {
    const forbidden = /node:(child_process|net|http|https|dgram|cluster|worker_threads)|execa/;
    expect(importsOf("packages/sandbox-policy").filter((line) => forbidden.test(line))).toEqual([]);
  });

  it("only process-executor starts processes", () => {
    const starters = WORKSPACE_PACKAGES.flatMap(importsOf).filter((line) =>
      /node:child_process|execa/.test(line),
    );
    expect(starters.filter((line) => !line.startsWith("packages/process-executor/"))).toEqual([]);
  });

  it("decide and what it calls touch no file system and no clock", () => {
    const pure = sourceFiles("packages/sandbox-policy").filter(({ path }) =>
      /\/(decide|plan|explain|reasons)\.ts$|\/match\//.test(path),
    );
    expect(pure.length).toBeGreaterThan(5);
    for (const { path, imports, text } of pure) {
      expect(`${path}: ${imports.filter((name) => /node:fs|node:os/.test(name)).join()}`).toBe(`${path}: `);
      expect(`${path}: ${/Date\.now|performance\.now|new Date\(/.test(text)}`).toBe(`${path}: false`);
    }
  });
});

it("has no drawer for everything: no utils, common, shared or helpers", () => {
  const names = WORKSPACE_PACKAGES.flatMap((directory) =>
    readdirSync(inWorkspace(directory, "src"), { recursive: true, encoding: "utf8" }),
  );
  expect(
    names.filter((name) => /(^|[/-])(utils?|common|shared|helpers?|misc)(\.ts|\/|$)/.test(name)),
  ).toEqual([]);
});

function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}
