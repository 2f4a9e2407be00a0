import { statSync } from "node:fs";
import { execa } from "execa";

/** Where distributions install it. Never looked for on PATH: whoever can write to a directory of PATH could replace the isolation. */
const KNOWN_PATHS = ["/usr/bin/bwrap", "/usr/local/bin/bwrap", "/bin/bwrap"];

/** `--disable-userns` came with 0.8. */
const LEAST_VERSION = [0, 8] as const;

const VERSION_TIMEOUT_MS = 2000;

export type BubblewrapSearch =
  | { readonly found: true; readonly path: string; readonly version: string }
  | { readonly found: false; readonly reason: string };

/** Finds a bubblewrap that only root can have put there, new enough for the arguments we use. */
export async function findBubblewrap(path = KNOWN_PATHS.find(isThere)): Promise<BubblewrapSearch> {
  if (path === undefined || !isThere(path)) {
    return {
      found: false,
      reason: "bubblewrap is not installed; on Debian or Ubuntu: apt-get install bubblewrap",
    };
  }
  const { uid, mode } = statSync(path);
  if (uid !== 0 || (mode & 0o022) !== 0)
    return { found: false, reason: `${path} could be replaced by others than root` };
  const result = await execa(path, ["--version"], {
    reject: false,
    timeout: VERSION_TIMEOUT_MS,
    killSignal: "SIGKILL",
    extendEnv: false,
    env: {},
    stdin: "ignore",
  });
  const version = /(\d+)\.(\d+)\.?(\d+)?/.exec(result.stdout);
  if (version === null)
    return { found: false, reason: `${path} --version said nothing that looks like a version` };
  const [major, minor] = [Number(version[1]), Number(version[2])];
  const [leastMajor, leastMinor] = LEAST_VERSION;
  if (major < leastMajor || (major === leastMajor && minor < leastMinor)) {
    return {
      found: false,
      reason: `${path} is version ${version[0]}, and at least ${LEAST_VERSION.join(".")} is needed`,
    };
  }
  return { found: true, path, version: version[0] };
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
