import { run, StepFailed } from "./command.mjs";
import { installSystemPackages } from "./system-packages.mjs";

/** Builds the benchmark's kernels and guests from their sources with Debian's compiler, and compares them with the committed modules. */
export function rebuildKernels() {
  try {
    installSystemPackages([
      { file: "/usr/bin/clang-14", package: "clang-14" },
      { file: "/usr/bin/wasm-ld-14", package: "lld-14" },
    ]);
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    console.error(error.message);
    return error.exitCode;
  }
  return run("bench/build.sh", ["--check"]);
}
