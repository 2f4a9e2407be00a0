import { closeInheritableDescriptors, createProcessExecutor } from "../../src/index.ts";
import { planFor, testPolicy } from "./commands.ts";

/** A host that says when its command is where the test wants it, and then waits to be killed. */
const [baseDirectory = "", state = "", marker = ""] = process.argv.slice(2);
closeInheritableDescriptors();
const executor = createProcessExecutor({ baseDirectory });
const policy = await testPolicy();
const sandbox = await executor.open({ network: false, programs: policy.programs });
if (state === "waiting") process.stdout.write("waiting\n");
const script = `echo up; setsid sh -c 'sleep 60; : ${marker}' & sleep 60; : ${marker}`;
if (state === "running") {
  await sandbox.run(planFor(policy, ["sh", "-c", script]), {
    onStdout: () => process.stdout.write("running\n"),
  });
}
setInterval(() => {}, 1000);
