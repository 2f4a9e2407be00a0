import { run } from "./command.mjs";

/** The command line, from source. */
export function assay(args) {
  return run(process.execPath, ["--conditions=@assay/source", "apps/validator/src/main.ts", ...args], {
    stdin: "inherit",
  });
}
