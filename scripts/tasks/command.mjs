import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The workspace's root directory. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The exit code of what broke: 0 and 1 are verdicts of `assay`, and must not come from anything else. */
export const BROKEN = 70;

/** A step of a task that failed: the message says what to do, and the command's own output is above it. */
export class StepFailed extends Error {
  constructor(message, exitCode = BROKEN) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Runs a command in the workspace with its output shown; returns its exit code, which is 70 when a signal ended it. */
export function run(command, args, { stdin = "ignore" } = {}) {
  const result = spawnSync(command, args, {
    cwd: ROOT,
    stdio: [stdin, "inherit", "inherit"],
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1" },
  });
  if (result.error) throw new StepFailed(`${command} could not be started: ${result.error.message}`);
  return result.status ?? BROKEN;
}

/** Runs a command and keeps its output for when it fails. */
export function runQuietly(command, args, whatFailed) {
  const result = spawnSync(command, args, {
    cwd: ROOT,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1", DEBIAN_FRONTEND: "noninteractive" },
  });
  if (result.status === 0) return;
  process.stderr.write(`${result.stdout ?? ""}${result.stderr ?? ""}`);
  throw new StepFailed(`${whatFailed}: ${command} ${args.join(" ")} failed.`);
}
