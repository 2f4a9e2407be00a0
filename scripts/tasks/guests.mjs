import { run } from "./command.mjs";
import { installSystemPackages } from "./system-packages.mjs";

/** Builds the Rust guests from their sources with Debian's compiler and compares them with the committed modules. */
export function rebuildGuests() {
  installSystemPackages([
    { file: "/usr/bin/rustc", package: "rustc" },
    { file: "/usr/lib/rustlib/wasm32-unknown-unknown", package: "libstd-rust-dev-wasm32" },
  ]);
  return run(process.execPath, ["examples/rebuild.mjs", "--check", "--rust"]);
}
