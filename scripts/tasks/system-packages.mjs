import { existsSync, readFileSync } from "node:fs";
import { runQuietly, StepFailed } from "./command.mjs";

/**
 * Installs the Debian packages whose file is missing, where that is possible without asking: as root on Debian or Ubuntu. Elsewhere it stops with
 * the one command to run.
 */
export function installSystemPackages(wanted) {
  const missing = wanted.filter(({ file }) => !existsSync(file)).map((entry) => entry.package);
  if (missing.length === 0) return;
  const install = ["install", "-y", "--no-install-recommends", ...missing];
  if (!isDebianLike()) {
    throw new StepFailed(
      `Missing: ${missing.join(", ")}. Install it with this system's package manager, then run this again.`,
      4,
    );
  }
  if (process.getuid() !== 0) {
    throw new StepFailed(
      `Missing: ${missing.join(", ")}. Run this, then try again:\n\n  sudo apt-get update && sudo apt-get ${install.join(" ")}\n`,
      4,
    );
  }
  console.error(`· Installing ${missing.join(", ")} with apt`);
  runQuietly("apt-get", ["update"], "The package lists could not be read");
  runQuietly("apt-get", install, "The system packages could not be installed");
}

function isDebianLike() {
  if (!existsSync("/etc/os-release")) return false;
  const release = readFileSync("/etc/os-release", "utf8");
  return /^(ID|ID_LIKE)=.*\b(debian|ubuntu)\b/m.test(release);
}
