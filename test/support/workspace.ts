import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export function inWorkspace(...parts: readonly string[]): string {
  return join(ROOT, ...parts);
}

/** Every package that is published or run: `packages/*` and `apps/*`. */
export const WORKSPACE_PACKAGES: readonly string[] = ["packages", "apps"].flatMap((parent) =>
  readdirSync(inWorkspace(parent))
    .map((name) => `${parent}/${name}`)
    .filter((directory) => existsSync(inWorkspace(directory, "package.json"))),
);

export interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

export function readManifest(directory: string): Manifest {
  return JSON.parse(readFileSync(inWorkspace(directory, "package.json"), "utf8")) as Manifest;
}

export interface SourceFile {
  /** Relative to the workspace. */
  readonly path: string;
  readonly text: string;
  /** The specifiers of its imports and re-exports, as written. Types count: they are part of the picture. */
  readonly imports: readonly string[];
}

export function sourceFiles(directory: string): readonly SourceFile[] {
  return readdirSync(inWorkspace(directory, "src"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => {
      const path = join(directory, "src", name);
      const text = readFileSync(inWorkspace(path), "utf8");
      const imports = [...text.matchAll(/^(?:import|export)\s[^;]*?from\s+"([^"]+)"|^import\s+"([^"]+)"/gm)];
      return { path, text, imports: imports.map((match) => match[1] ?? match[2] ?? "") };
    });
}
