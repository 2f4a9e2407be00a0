// Rebuilds the examples' modules from their sources.
//   node examples/rebuild.mjs            writes the AssemblyScript ones beside their sources
//   node examples/rebuild.mjs --check    builds them elsewhere, and fails unless the committed bytes are the same
//   --rust                               the Rust one instead, with Debian 12's compiler

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";

const RUSTC = "/usr/bin/rustc";
const LINKER = "/usr/bin/wasm-ld-14";
const RUST_LIBRARY = "/usr/lib/rustlib/wasm32-unknown-unknown";
const INSTALL_RUST = "apt-get install -y --no-install-recommends rustc libstd-rust-dev-wasm32 lld-14";

/** Another version would give other bytes for the same source. */
const RUSTC_VERSION = "rustc 1.63.0";

const assemblyScript = [
  { directory: "contest", module: "contest.wasm", compile: compileAssemblyScript },
  { directory: "probe", module: "probe.wasm", compile: compileAssemblyScript },
];
const rust = [{ directory: "rust-guest", module: "rust-guest.wasm", compile: compileRust }];

const { values: flags } = parseArgs({ options: { check: { type: "boolean" }, rust: { type: "boolean" } } });
const scratch = mkdtempSync(join(tmpdir(), "rebuild-"));
process.on("exit", () => rmSync(scratch, { recursive: true }));
if (flags.rust) requireRust();
const results = (flags.rust ? rust : assemblyScript).map(flags.check ? check : write);
process.exitCode = results.every(Boolean) ? 0 : 1;

function write({ directory, module, compile }) {
  const target = join(import.meta.dirname, directory, module);
  compile(directory, target);
  say(`wrote ${relative(process.cwd(), target)}`);
  return true;
}

function check({ directory, module, compile }) {
  compile(directory, join(scratch, module));
  const rebuilt = sha256(join(scratch, module));
  const committed = sha256(join(import.meta.dirname, directory, module));
  const same = rebuilt === committed;
  say(same ? `same     ${module}  ${rebuilt}` : `DIFFERS  ${module}  ${rebuilt}, committed is ${committed}`);
  return same;
}

function compileAssemblyScript(directory, target) {
  const cwd = join(import.meta.dirname, directory);
  const compiler = join(cwd, "node_modules/assemblyscript/bin/asc.js");
  run(process.execPath, [compiler, "assembly/index.ts", "--outFile", relative(cwd, target)], { cwd });
}

function compileRust(directory, target) {
  const cwd = join(import.meta.dirname, directory);
  const codegen = ["opt-level=s", "lto", "codegen-units=1", "panic=abort", "strip=symbols"];
  const args = ["src/lib.rs", "--edition=2021", "--crate-type=cdylib", "--target=wasm32-unknown-unknown"];
  for (const option of codegen) args.push("-C", option);
  args.push("-C", `linker=${LINKER}`, "-o", target);
  args.push(`--remap-path-prefix=${cwd}=.`); // the same bytes wherever the repository lies
  run(RUSTC, args, { cwd });
  chmodSync(target, 0o644); // the linker makes it executable
}

function requireRust() {
  const missing = [RUSTC, LINKER, RUST_LIBRARY].filter((path) => !existsSync(path));
  if (missing.length > 0) {
    if (process.getuid?.() !== 0 || !existsSync("/etc/debian_version")) {
      stop(`missing: ${missing.join(", ")}\nOn Debian 12, run this first:\n  sudo ${INSTALL_RUST}`);
    }
    say(`installing what is missing: ${missing.join(", ")}`);
    run("sh", ["-c", `apt-get update -q && ${INSTALL_RUST}`]);
  }
  const version = spawnSync(RUSTC, ["--version"], { encoding: "utf8" }).stdout.trim();
  if (version !== RUSTC_VERSION)
    stop(`${RUSTC} is ${version}; the committed bytes need ${RUSTC_VERSION} of Debian 12`);
}

function run(program, args, options) {
  const { status, error } = spawnSync(program, args, { stdio: "inherit", ...options });
  if (status !== 0) stop(`${program} failed: ${error?.message ?? `exit code ${status}`}`);
}

function sha256(path) {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

function stop(reason) {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
