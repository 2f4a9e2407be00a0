import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Gate } from "../bubblewrap/gate.ts";
import { readiness } from "../bubblewrap/readiness.ts";
import { pidNamespaceOf, processesInNamespace } from "../host/namespace-processes.ts";
import { type HostReport, PROTECTIONS, type ProtectionStatus } from "../host-report.ts";
import { type Run, runInGate } from "../run/run.ts";
import { DESCENDANT_CANARY, FORK_CANARY, SIGHT_CANARY } from "./canary.ts";
import { judge, readCanary, type Sightings } from "./findings.ts";
import { explainStartFailure } from "./hints.ts";

/** How long all of a probe may take: on a stuck file system bubblewrap can hang for ever. */
const PROBE_TIMEOUT_MS = 5000;

const SHELL = "/bin/sh";
const ENVIRONMENT = [
  ["HOME", "/work"],
  ["LANG", "C.UTF-8"],
  ["PATH", "/usr/local/bin:/usr/bin:/bin"],
  ["TMPDIR", "/tmp"],
] as const;

/** Small enough that the fork canary meets its limit, and unlike any default. */
const LIMITS: Run["limits"] = {
  timeoutMs: 2000,
  maxOutputBytes: 65_536,
  cpuTimeMs: 7000,
  maxProcesses: 16,
  maxOpenFiles: 61,
  maxFileSizeBytes: 51_200,
  maxStdinBytes: 0,
};

/** What a probe needs: gates over one working directory, started with the exact arguments of production. */
export interface ProbeParts {
  readonly newGate: () => Promise<Gate>;
  readonly workDirectory: string;
}

/** Runs three canaries side by side and judges what they saw. Never throws: a host that gives nothing is a report too. */
export async function probeSandbox(parts: ProbeParts): Promise<HostReport> {
  const startedAt = performance.now();
  const report = (protections: readonly ProtectionStatus[]): HostReport => ({
    platform: `${process.platform}-${process.arch}`,
    isolated: protections.every(({ status }) => status === "active"),
    protections,
    durationMs: performance.now() - startedAt,
  });
  try {
    return report(judge(await look(parts, AbortSignal.timeout(PROBE_TIMEOUT_MS))));
  } catch (error) {
    return report(nothingHolds(explainStartFailure(error instanceof Error ? error.message : String(error))));
  }
}

/** The table of a host where no command could be isolated at all. */
export function nothingHolds(detail: string): readonly ProtectionStatus[] {
  return PROTECTIONS.map((protection) => ({ protection, status: "unavailable", detail }));
}

async function look(parts: ProbeParts, signal: AbortSignal): Promise<Sightings> {
  const [sight, forks, descendants] = await allOrFirstFailure([
    runCanary(parts, SIGHT_CANARY, signal),
    runCanary(parts, FORK_CANARY, signal),
    runCanary(parts, DESCENDANT_CANARY, signal),
  ]);
  const made = await stat(join(parts.workDirectory, "owned-by-the-sandbox")).catch(() => null);
  return {
    inside: readCanary(sight.output),
    hostUid: made?.uid ?? null,
    expectedVariables: ENVIRONMENT.map(([name, value]) => `${name}=${value}`),
    expectedLimits: { ...LIMITS, cpuSeconds: Math.ceil(LIMITS.cpuTimeMs / 1000) },
    maxProcesses: LIMITS.maxProcesses,
    forked: Number(forks.output.trim().split("\n").at(-1) || Number.NaN),
    survivors: descendants.output === "left\n" ? descendants.survivors : Number.NaN,
  };
}

/** Like `Promise.all`, but waits for the others too: nothing may still run when the probe is over. */
async function allOrFirstFailure<T>(
  running: readonly [Promise<T>, Promise<T>, Promise<T>],
): Promise<[T, T, T]> {
  await Promise.allSettled(running);
  return await Promise.all(running);
}

async function runCanary(
  parts: ProbeParts,
  script: string,
  signal: AbortSignal,
): Promise<{ readonly output: string; readonly survivors: number }> {
  const gate = await parts.newGate();
  const abandon = () => gate.kill();
  signal.addEventListener("abort", abandon, { once: true });
  try {
    const complaint = await readiness(gate, signal);
    if (complaint !== null) throw new Error(complaint);
    const init = gate.initPid();
    const namespace = init === null ? null : pidNamespaceOf(init);
    const run: Run = {
      path: SHELL,
      args: ["-c", script],
      env: ENVIRONMENT,
      workingDirectory: "/work",
      limits: LIMITS,
      onOutputLimit: "end",
    };
    const result = await runInGate(gate, run, { signal });
    return {
      output: Buffer.from(result.stdout.bytes).toString("latin1"),
      survivors: namespace === null ? Number.NaN : processesInNamespace(namespace).length,
    };
  } finally {
    signal.removeEventListener("abort", abandon);
    gate.kill();
    await gate.exited;
  }
}
