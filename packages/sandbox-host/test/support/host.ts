import type { PreparedPolicy } from "@assay/sandbox-policy";
import { createSandboxHost, type SandboxHost, type SandboxHostOptions } from "../../src/registrar.ts";
import { createFakeExecutor, type FakeExecutor } from "./fake-executor.ts";
import { type LoggedLine, memoryLog } from "./memory-log.ts";

/** A host over a fake executor, with its log in memory. */
export interface TestHost {
  readonly host: SandboxHost;
  readonly executor: FakeExecutor;
  readonly lines: readonly LoggedLine[];
}

export function createTestHost(
  policy: PreparedPolicy,
  options: Partial<Omit<SandboxHostOptions, "policy" | "executor">> & {
    readonly executor?: FakeExecutor;
  } = {},
): TestHost {
  const { logger, lines } = memoryLog();
  const executor = options.executor ?? createFakeExecutor();
  const host = createSandboxHost({ logger, ...options, policy, executor });
  return { host, executor, lines };
}
