import { closeInheritableDescriptors, createProcessExecutor } from "../../src/index.ts";
import { planFor, testPolicy } from "./commands.ts";

/** Runs one command and prints its outcome; the test bounds the memory of this process and all below it. */
closeInheritableDescriptors();
const executor = createProcessExecutor();
const policy = await testPolicy();
const sandbox = await executor.open({ network: false, programs: policy.programs });
const result = await sandbox.run(planFor(policy, ["perl", "-e", process.argv[2] ?? ""]));
process.stdout.write(JSON.stringify(result.outcome));
await executor.close();
