// The tasks behind `npm start` and `npm test`, on a Node that is new enough: get what is missing, install, build, do the job.

import { existsSync } from "node:fs";
import { assay } from "./tasks/assay.mjs";
import { BROKEN } from "./tasks/command.mjs";
import { demonstrate } from "./tasks/demonstrate.mjs";
import { rebuildGuests } from "./tasks/guests.mjs";
import { prepare } from "./tasks/prepare.mjs";
import { runTests } from "./tasks/test.mjs";

/** Node 26 and later, and the long-term 24 from 24.21. */
function isSupported(version) {
  const [major, minor] = version.split(".").map(Number);
  return major >= 26 || (major === 24 && minor >= 21);
}

const TASKS = {
  start: async () => {
    await prepare();
    return demonstrate();
  },
  test: async (options) => {
    await prepare();
    return runTests({ rustGuests: options.includes("--rust-guests") });
  },
  assay: async (options) => {
    if (!existsSync(new URL("../node_modules", import.meta.url))) await prepare();
    return assay(options);
  },
  guests: async () => {
    await prepare();
    return rebuildGuests();
  },
};

if (!isSupported(process.versions.node)) {
  console.error(
    `Node 26, or 24 from 24.21, is needed, and this is ${process.versions.node}. npm start and npm test bring it.`,
  );
  process.exit(2);
}

const [name, ...options] = process.argv.slice(2);
const task = TASKS[name];
if (task === undefined) {
  console.error(`Unknown task ${name ?? "(none)"}. There are: ${Object.keys(TASKS).join(", ")}.`);
  process.exit(2);
}
try {
  process.exitCode = await task(options);
} catch (error) {
  console.error(error.message);
  process.exitCode = error.exitCode ?? BROKEN;
}
