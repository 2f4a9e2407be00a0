// The tasks behind `npm start` and `npm test`, on a Node that is new enough: get what is missing, install, build, do the job.

import { demonstrate } from "./tasks/demonstrate.mjs";
import { rebuildGuests } from "./tasks/guests.mjs";
import { prepare } from "./tasks/prepare.mjs";
import { runTests } from "./tasks/test.mjs";

const LEAST_NODE = [24, 21];

const TASKS = {
  start: async () => {
    await prepare();
    return demonstrate();
  },
  test: async (options) => {
    await prepare();
    return runTests({ rustGuests: options.includes("--rust-guests") });
  },
  guests: async () => {
    await prepare();
    return rebuildGuests();
  },
};

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < LEAST_NODE[0] || (major === LEAST_NODE[0] && minor < LEAST_NODE[1])) {
  console.error(
    `Node ${LEAST_NODE.join(".")} or newer is needed, and this is ${process.versions.node}. Run npm start or npm test instead.`,
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
  process.exitCode = error.exitCode ?? 1;
}
