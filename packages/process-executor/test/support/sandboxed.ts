import type { PreparedPolicy, SandboxPolicy } from "@assay/sandbox-policy";
import { afterAll, beforeAll } from "vitest";
import {
  closeInheritableDescriptors,
  createProcessExecutor,
  type ProcessExecutor,
  type ProcessResult,
  type RunOptions,
} from "../../src/index.ts";
import { type Asked, planFor, testPolicy } from "./commands.ts";

/** One executor for a file's tests, and ways to run a command in a fresh sandbox of it. */
export function useExecutor() {
  let executor: ProcessExecutor;
  beforeAll(() => {
    closeInheritableDescriptors();
    executor = createProcessExecutor();
  });
  afterAll(() => executor.close());

  const run = async (
    argv: readonly string[],
    options: RunOptions & Asked = {},
    changes: Partial<SandboxPolicy> = {},
  ): Promise<ProcessResult> => {
    const policy = await testPolicy(changes);
    await using sandbox = await open(policy);
    // Awaited here: leaving the block closes the sandbox.
    return await sandbox.run(
      planFor(policy, argv, { stdinBytes: options.stdin?.byteLength ?? 0, ...options }),
      options,
    );
  };
  const open = (policy: PreparedPolicy) =>
    executor.open({ network: policy.policy.allowNetwork, programs: policy.programs });

  return {
    run,
    open,
    sh: (script: string, options: RunOptions & Asked = {}, changes: Partial<SandboxPolicy> = {}) =>
      run(["sh", "-c", script], options, changes),
    executor: () => executor,
  };
}

export function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}
