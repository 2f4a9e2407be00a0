import { tmpdir } from "node:os";
import type { PinnedProgram } from "@assay/sandbox-policy";
import { bubblewrapArguments } from "./bubblewrap/arguments.ts";
import { findBubblewrap } from "./bubblewrap/find.ts";
import { startGate } from "./bubblewrap/gate.ts";
import { ProcessExecutorError } from "./errors.ts";
import type { Sandbox, SandboxOptions } from "./executor.ts";
import { findInheritableDescriptors } from "./host/descriptors.ts";
import { createIdentityCheck } from "./host/program-identity.ts";
import { makeStateDirectory } from "./host/state-directory.ts";
import { networkFiles, programFiles, systemEntries } from "./host/system-directories.ts";
import { makeWorkDirectory, removeDirectory } from "./host/work-directory.ts";
import type { HostReport } from "./host-report.ts";
import type { ProcessExecutorOptions } from "./options.ts";
import { nothingHolds, probeSandbox } from "./probe/probe.ts";
import { createFifoPool } from "./run/fifo-pool.ts";
import { createSandbox } from "./sandbox.ts";

const NOBODY = { uid: 65_534, gid: 65_534 };
const SHELL_PATH = "/bin/sh";

/** A host that was looked at: what it can enforce, and how to open a sandbox on it. */
export interface Host {
  readonly report: HostReport;
  openSandbox(options: SandboxOptions, onClosed: () => void): Promise<Sandbox>;
  close(): Promise<void>;
}

/**
 * Looks at this host with the canaries of the probe.
 *
 * @throws {ProcessExecutorError} `INHERITED_DESCRIPTOR`, `WORK_DIRECTORY_FAILED`, or `ISOLATION_UNAVAILABLE` for options that ask for less.
 */
export async function lookAtThisHost(options: ProcessExecutorOptions): Promise<Host> {
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

  if (!report.isolated) {
    await removeDirectory(state.path);
    return weakHost(report);
  }
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
  const platform = `${process.platform}-${process.arch}`;
  return weakHost({ platform, isolated: false, protections, durationMs: 0 });
}

function weakHost(report: HostReport): Host {
  return {
    report,
    openSandbox: async () => {
      throw weaknessOf(report);
    },
    close: async () => {},
  };
}

/** The first protection that a host lacks, as the error that refuses it. */
export function weaknessOf(report: HostReport): ProcessExecutorError | null {
  const missing = report.protections.find(({ status }) => status === "unavailable");
  if (missing === undefined) return null;
  const { protection, detail } = missing;
  return new ProcessExecutorError({ code: "ISOLATION_UNAVAILABLE", protection, detail });
}
