import type { ProcessExecutor, Sandbox } from "@assay/process-executor";
import type { PreparedPolicy } from "@assay/sandbox-policy";

/** The sandbox of one evaluation: opened once, at the first need, or ahead of it. */
export interface SandboxSession {
  /** The sandbox, the same at every call; a failure to open it is the same at every call too. */
  open(): Promise<Sandbox>;
  /** Closes the sandbox if it was opened, also when it is still opening. */
  close(): Promise<void>;
}

/** A session that has opened nothing yet. */
export function createSandboxSession(executor: ProcessExecutor, prepared: PreparedPolicy): SandboxSession {
  let opening: Promise<Sandbox> | null = null;
  return {
    open() {
      opening ??= executor.open({ network: prepared.policy.allowNetwork, programs: prepared.programs });
      // Opening runs ahead of its use: a failure is reported by whoever needs the sandbox, not as an unhandled rejection.
      opening.catch(() => {});
      return opening;
    },
    async close() {
      const sandbox = await opening?.catch(() => null);
      await sandbox?.close();
    },
  };
}
