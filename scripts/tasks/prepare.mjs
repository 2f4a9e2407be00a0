import { runQuietly, StepFailed } from "./command.mjs";
import { installSystemPackages } from "./system-packages.mjs";

/** Brings what a clean clone lacks. A second time it finds everything in place and takes a few seconds. */
export async function prepare() {
  if (process.platform !== "linux") {
    throw new StepFailed(
      `Commands are isolated with bubblewrap, which needs Linux; this is ${process.platform}.`,
      4,
    );
  }
  installSystemPackages([{ file: "/usr/bin/bwrap", package: "bubblewrap" }]);
  progress("Installing packages");
  runQuietly("pnpm", ["install", "--frozen-lockfile"], "The packages could not be installed");
  progress("Building");
  runQuietly("pnpm", ["run", "build"], "The build failed");
}

function progress(text) {
  console.error(`· ${text}`);
}
