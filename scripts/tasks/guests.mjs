import { run } from "./command.mjs";

/** Builds the Rust guests from their sources with Debian's compiler, and compares them with the committed modules. */
export function rebuildGuests() {
  return run(process.execPath, ["examples/rebuild.mjs", "--check", "--rust"]);
}
