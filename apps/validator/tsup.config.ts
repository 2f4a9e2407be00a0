import { defineConfig } from "tsup";

/** A program, not a library: no declarations. The `#!` line of its entry is kept, and the file is made executable. */
export default defineConfig({
  entry: ["src/main.ts"],
  format: ["esm"],
  target: "node24",
  platform: "node",
  dts: false,
  sourcemap: true,
  splitting: true,
  clean: true,
});
