import { ProcessExecutorError } from "./errors.ts";
import type { ProcessExecutor, Sandbox, SandboxOptions } from "./executor.ts";
import type { ProcessExecutorOptions } from "./options.ts";
import { type Host, lookAtThisHost, weaknessOf } from "./this-host.ts";

/**
 * An executor that isolates every command with bubblewrap, on Linux. Elsewhere, and on a host that lacks any of its protections, `open` fails and
 * nothing runs. Creating one does nothing yet: the host is looked at by the first `open` or `probe`, and again as long as it does not give
 * everything, because what it lacks may have been a passing shortage.
 */
export function createProcessExecutor(options: ProcessExecutorOptions = {}): ProcessExecutor {
  const sandboxes = new Set<Sandbox>();
  const pending = new Set<Promise<unknown>>();
  let host: Promise<Host> | null = null;
  let closed: Promise<void> | null = null;

  const refuseWhenClosed = () => {
    if (closed !== null) throw new ProcessExecutorError({ code: "SANDBOX_CLOSED" });
  };
  const thisHost = async (): Promise<Host> => {
    host ??= lookAtThisHost(options);
    const looked = host;
    const found = await looked.catch((error) => {
      if (host === looked) host = null;
      throw error;
    });
    if (!found.report.isolated && host === looked) host = null;
    return found;
  };
  const openSandbox = async (sandboxOptions: SandboxOptions): Promise<Sandbox> => {
    const found = await thisHost();
    refuseWhenClosed();
    const weakness = weaknessOf(found.report);
    if (weakness !== null) throw weakness;
    const sandbox = await found.openSandbox(sandboxOptions, () => sandboxes.delete(sandbox));
    sandboxes.add(sandbox);
    if (closed === null) return sandbox;
    await sandbox.close();
    throw new ProcessExecutorError({ code: "SANDBOX_CLOSED" });
  };
  /** Closing waits for what was begun: nothing may be made after it in a directory that is gone. */
  const begin = async <T>(work: () => Promise<T>): Promise<T> => {
    refuseWhenClosed();
    const begun = work();
    pending.add(begun);
    try {
      return await begun;
    } finally {
      pending.delete(begun);
    }
  };
  const shutDown = async () => {
    await Promise.allSettled(pending);
    await Promise.all([...sandboxes].map((sandbox) => sandbox.close()));
    await (await host)?.close();
  };

  const executor: ProcessExecutor = {
    open: (sandboxOptions) => begin(() => openSandbox(sandboxOptions)),
    probe: () => begin(async () => (await thisHost()).report),
    close() {
      closed ??= shutDown();
      return closed;
    },
    [Symbol.asyncDispose]: () => executor.close(),
  };
  return executor;
}
