import { tmpdir } from "node:os";
import type { PinnedProgram } from "@assay/sandbox-policy";
import { bubblewrapArguments } from "./bubblewrap/arguments.ts";
import { findBubblewrap } from "./bubblewrap/find.ts";
import { startGate } from "./bubblewrap/gate.ts";
import { ProcessExecutorError } from "./errors.ts";
import type { ProcessExecutor, Sandbox, SandboxOptions } from "./executor.ts";
import { findInheritableDescriptors } from "./host/descriptors.ts";
import { createIdentityCheck } from "./host/program-identity.ts";
import { makeStateDirectory } from "./host/state-directory.ts";
import { networkFiles, programFiles, systemEntries } from "./host/system-directories.ts";
import { makeWorkDirectory, removeDirectory } from "./host/work-directory.ts";
import type { HostReport } from "./host-report.ts";
import { nothingHolds, probeSandbox } from "./probe/probe.ts";
import { createFifoPool } from "./run/fifo-pool.ts";
import { createSandbox } from "./sandbox.ts";

export interface ProcessExecutorOptions {
  /** An absolute path; default: where distributions install bubblewrap. It must belong to root and be writable by nobody else. */
  readonly bubblewrapPath?: string;
  /** Where working directories are made; default: the system's temporary directory. */
  readonly baseDirectory?: string;
  /** The user that commands run as on the host when this process is root; default: 65534, `nobody`. Never 0. */
  readonly hostUser?: { readonly uid: number; readonly gid: number };
}

const NOBODY = { uid: 65_534, gid: 65_534 };
const SHELL_PATH = "/bin/sh";

/**
 * An executor that isolates every command with bubblewrap, on Linux. Elsewhere, and on a host that lacks any of its protections, `open` fails and
 * nothing runs. Creating one does nothing yet: the host is probed by the first `open` or by `probe`.
 */
export function createProcessExecutor(options: ProcessExecutorOptions = {}): ProcessExecutor {
  const sandboxes = new Set<Sandbox>();
  let host: Promise<Host> | null = null;
  let closed: Promise<void> | null = null;

  const readyHost = () => {
    host ??= readyThisHost(options);
    return host;
  };

  const executor: ProcessExecutor = {
    async open(sandboxOptions) {
      if (closed !== null) throw new ProcessExecutorError({ code: "SANDBOX_CLOSED" });
      const ready = await readyHost();
      const weakness = weaknessOf(ready.report);
      if (weakness !== null) throw weakness;
      const sandbox = await ready.openSandbox(sandboxOptions, () => sandboxes.delete(sandbox));
      sandboxes.add(sandbox);
      return sandbox;
    },
    probe: async () => (await readyHost()).report,
    close() {
      closed ??= (async () => {
        await Promise.all([...sandboxes].map((sandbox) => sandbox.close()));
        // A host that could not be looked at has nothing to close; whoever opened was told why.
        await (await host?.catch(() => null))?.close();
      })();
      return closed;
    },
    [Symbol.asyncDispose]: () => executor.close(),
  };
  return executor;
}

/** A host that was looked at: what it can enforce, and how to open a sandbox on it. */
interface Host {
  readonly report: HostReport;
  openSandbox(options: SandboxOptions, onClosed: () => void): Promise<Sandbox>;
  close(): Promise<void>;
}

async function readyThisHost(options: ProcessExecutorOptions): Promise<Host> {
  if (process.platform !== "linux") {
    return hopelessHost(`isolation needs Linux, and this is ${process.platform}`);
  }
  const bubblewrap = await findBubblewrap(options.bubblewrapPath);
  if (!bubblewrap.found) return hopelessHost(bubblewrap.reason);
  const inheritable = findInheritableDescriptors()[0];
  if (inheritable !== undefined)
    throw new ProcessExecutorError({ code: "INHERITED_DESCRIPTOR", ...inheritable });

  const hostUser = process.getuid?.() === 0 ? (options.hostUser ?? NOBODY) : null;
  if (hostUser?.uid === 0 || hostUser?.gid === 0) {
    const detail = "the options ask for commands that run as root on the host";
    throw new ProcessExecutorError({
      code: "ISOLATION_UNAVAILABLE",
      protection: "unprivileged-user",
      detail,
    });
  }
  const state = makeStateDirectory(options.baseDirectory ?? tmpdir(), hostUser);
  const fifos = createFifoPool(state.fifoDirectory);
  const identity = createIdentityCheck();

  const gatesOver = (workDirectory: string, network: boolean, programs: readonly PinnedProgram[]) => {
    const view = {
      network,
      workDirectory,
      system: systemEntries(network),
      files: [...state.accountFiles, ...networkFiles(network), ...programFiles(programs)],
      shellPath: SHELL_PATH,
    };
    const gate = {
      bubblewrapPath: bubblewrap.path,
      arguments: bubblewrapArguments(view),
      seccompPath: state.seccompPath(network),
      hostUser,
      fifos,
    };
    return () => startGate(gate);
  };

  const lookAtHost = async () => {
    const probeDirectory = await makeWorkDirectory(state.path, hostUser);
    const newGate = gatesOver(probeDirectory, false, []);
    const found = await probeSandbox({ newGate, workDirectory: probeDirectory });
    await removeDirectory(probeDirectory);
    return found;
  };
  const report = await lookAtHost().catch(async (error) => {
    await removeDirectory(state.path);
    throw error;
  });

  return {
    report,
    async openSandbox(sandboxOptions, onClosed) {
      const workDirectory = await makeWorkDirectory(state.path, hostUser);
      const newGate = gatesOver(workDirectory, sandboxOptions.network, sandboxOptions.programs);
      return createSandbox({ options: sandboxOptions, workDirectory, identity, newGate, onClosed });
    },
    close: () => removeDirectory(state.path),
  };
}

function hopelessHost(reason: string): Host {
  const protections = nothingHolds(reason);
  const report = {
    platform: `${process.platform}-${process.arch}`,
    isolated: false,
    protections,
    durationMs: 0,
  };
  return {
    report,
    openSandbox: async () => {
      throw weaknessOf(report);
    },
    close: async () => {},
  };
}

/** The first protection that a host lacks, as the error that refuses it. */
function weaknessOf(report: HostReport): ProcessExecutorError | null {
  const missing = report.protections.find(({ status }) => status === "unavailable");
  if (missing === undefined) return null;
  const { protection, detail } = missing;
  return new ProcessExecutorError({ code: "ISOLATION_UNAVAILABLE", protection, detail });
}
