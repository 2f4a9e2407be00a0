import { defineConfig } from "tsup";

/** One build for every package: ESM only, declarations by tsc (tsup's own do not work with TypeScript 7). */
export function packageBuild(entry: string[] = ["src/index.ts"]) {
  return defineConfig({
    entry,
    format: ["esm"],
    target: "node24",
    platform: "node",
    dts: false,
    sourcemap: true,
    splitting: true,
    clean: true,
    onSuccess: "tsc -p tsconfig.build.json",
  });
}
