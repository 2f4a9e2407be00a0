import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeInheritableDescriptors, createProcessExecutor } from "../../src/index.ts";
import { planFor, testPolicy } from "./commands.ts";
import { until, zombieChildrenOf } from "./processes.ts";

/** Runs as process 1 of a PID namespace, where whatever loses its parent becomes a child of this process, which reaps only what it started. */
const RUNS = 20;
closeInheritableDescriptors();
const executor = createProcessExecutor();
const policy = await testPolicy();
const sandbox = await executor.open({ network: false, programs: policy.programs });
for (let count = 0; count < RUNS; count += 1) {
  await sandbox.run(planFor(policy, ["sh", "-c", "setsid sleep 60 & exit 1"]));
}
await executor.close();
const zombies = zombieChildrenOf(process.pid).length;

await once(spawn("sh", ["-c", "sleep 0.01 & exit 0"], { stdio: "ignore" }), "exit");
await until(
  () => zombieChildrenOf(process.pid).length > zombies,
  "an orphan of a bare child is a zombie here",
);
const control = zombieChildrenOf(process.pid).length - zombies;
process.stdout.write(
  `process ${process.pid}; ${RUNS} runs, ${zombies} zombies; the control has ${control}\n`,
);
