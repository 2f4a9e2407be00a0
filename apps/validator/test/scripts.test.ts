import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const SCRIPT = fileURLToPath(new URL("../../../scripts/run.mjs", import.meta.url));

/** What `npm run assay -- doctor` comes to when `assay` itself, and no process around it, ends by `how`. */
function exitCodeWhen(how: string): number | null {
  const code = `if (process.argv[1]?.endsWith("main.ts")) { ${how} }`;
  const preloading = `--import=${JSON.stringify(`data:text/javascript,${encodeURIComponent(code)}`)}`;
  const env = { PATH: process.env["PATH"], NODE_OPTIONS: preloading };
  return spawnSync(process.execPath, [SCRIPT, "assay", "doctor"], { env, stdio: "ignore" }).status;
}

it.each(["SIGKILL", "SIGABRT", "SIGSEGV"])(
  "npm run assay ends with no verdict when assay dies of %s",
  (signal) => {
    expect(exitCodeWhen(`process.kill(process.pid, "${signal}"); setInterval(() => {}, 1000);`)).toBe(70);
  },
);

it.each([0, 1, 3, 143])("npm run assay passes on the exit code %i", (exitCode) => {
  expect(exitCodeWhen(`process.exit(${exitCode});`)).toBe(exitCode);
});
