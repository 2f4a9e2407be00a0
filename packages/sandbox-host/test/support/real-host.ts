import {
  closeInheritableDescriptors,
  createProcessExecutor,
  type ProcessExecutor,
} from "@assay/process-executor";
import { afterAll, beforeAll } from "vitest";
import { createSandboxHost, type SandboxHost, type SandboxHostOptions } from "../../src/registrar.ts";
import { memoryLog } from "./memory-log.ts";
import { type PolicyChanges, prepared } from "./policy.ts";

/** One real executor for a file's tests, and hosts over it that run `sh` and `cat`. */
export function useRealHosts() {
  let executor: ProcessExecutor;
  beforeAll(() => {
    closeInheritableDescriptors();
    executor = createProcessExecutor();
  });
  afterAll(() => executor.close());

  return async (
    changes: PolicyChanges = {},
    options: Partial<Pick<SandboxHostOptions, "clock" | "executor">> = {},
  ): Promise<SandboxHost> => {
    const policy = await prepared({ allowedCommands: ["sh", "cat"], ...changes });
    return createSandboxHost({ executor, logger: memoryLog().logger, ...options, policy });
  };
}
