// Plain JavaScript for any Node from 12 on: brings the Node and the pnpm that this project needs from the npm registry, where they are missing,
// and hands over to run.mjs. No install script takes part: the platform packages carry the binary itself.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const NODE_VERSION = "26.10.0";
const PNPM_VERSION = "12.21.0";
const LEAST_NODE_MAJOR = 26;
const LEAST_PNPM_MAJOR = 12;

const { platform, arch, versions } = process;
const windows = platform === "win32";
const script = join(dirname(fileURLToPath(import.meta.url)), "run.mjs");
const task = [script, ...process.argv.slice(2)];

function major(version) {
  return parseInt(version, 10);
}

function hasPnpm() {
  const found = spawnSync("pnpm", ["--version"], { encoding: "utf8", shell: windows });
  return found.status === 0 && major(found.stdout) >= LEAST_PNPM_MAJOR;
}

function nodePackage() {
  const name = platform === "darwin" && arch === "arm64" ? "node-bin" : "node";
  return `${name}-${windows ? "win" : platform}-${arch}@${NODE_VERSION}`;
}

function handOver() {
  const nodeIsNew = major(versions.node) >= LEAST_NODE_MAJOR;
  if (nodeIsNew && hasPnpm()) return spawnSync(process.execPath, task, { stdio: "inherit" });
  const packages = (nodeIsNew ? [] : ["-p", nodePackage()]).concat("-p", `pnpm@${PNPM_VERSION}`);
  // npm 12 runs no install script unless it is named; pnpm's own puts its binary in place.
  const settings = {
    npm_config_ignore_scripts: "false",
    npm_config_strict_allow_scripts: "false",
    npm_config_allow_scripts: "pnpm",
    npm_config_update_notifier: "false",
  };
  return spawnSync(windows ? "npx.cmd" : "npx", ["-y"].concat(packages, "--", "node", task), {
    stdio: "inherit",
    env: Object.assign({}, process.env, settings),
    shell: windows,
  });
}

const result = handOver();
// The exit codes 0 and 1 are verdicts of `assay`: what could not start, or was killed, must not end with one of them.
const BROKEN = 70;
if (result.error) {
  console.error(`Could not start: ${result.error.message}. npm with npx must be on the PATH.`);
}
process.exit(result.status === null ? BROKEN : result.status);
