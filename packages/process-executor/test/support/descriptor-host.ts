import { spawnSync } from "node:child_process";
import { closeInheritableDescriptors, createProcessExecutor, ProcessExecutorError } from "../../src/index.ts";
import { planFor, testPolicy } from "./commands.ts";

const LIST = "(cd /proc/$$/fd && echo *)";
const mode = process.argv[2];

if (mode === "control") {
  process.stdout.write(spawnSync("sh", ["-c", LIST], { encoding: "utf8" }).stdout);
} else {
  const closed = mode === "close" ? closeInheritableDescriptors() : [];
  const executor = createProcessExecutor();
  try {
    const policy = await testPolicy();
    const sandbox = await executor.open({ network: false, programs: policy.programs });
    const result = await sandbox.run(planFor(policy, ["sh", "-c", LIST]));
    const inside = Buffer.from(result.stdout.bytes).toString("utf8").trim();
    process.stdout.write(
      `closed ${closed.map(({ descriptor }) => descriptor).join(" ")}; inside ${inside}\n`,
    );
  } catch (error) {
    if (!(error instanceof ProcessExecutorError) || error.failure.code !== "INHERITED_DESCRIPTOR")
      throw error;
    process.stdout.write(`${error.failure.code} ${error.failure.descriptor} ${error.failure.target}\n`);
  } finally {
    await executor.close();
  }
}
