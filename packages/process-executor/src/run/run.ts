import type { ApprovedPlan } from "@assay/sandbox-policy";
import type { Gate } from "../bubblewrap/gate.ts";
import { type GateCommand, gateScript } from "../bubblewrap/gate-script.ts";
import { readGateStatus } from "../bubblewrap/gate-status.ts";
import type { RunOptions } from "../executor.ts";
import type { ProcessResult } from "../result.ts";
import { createCollector } from "./collector.ts";
import { watchForEnd } from "./deadline.ts";
import { memoryKillCount } from "./memory-kills.ts";
import { outcomeOf } from "./outcome.ts";
import { writeStdin } from "./stdin-writer.ts";

const NOTHING = new Uint8Array(0);

/** What a run needs of a plan. The host's own checks use it too, so they run exactly what a plan runs. */
export interface Run extends GateCommand {
  readonly limits: ApprovedPlan["limits"];
  readonly onOutputLimit: ApprovedPlan["onOutputLimit"];
}

/**
 * Releases a command into its waiting gate, and settles when nothing of it is left. All three streams move at once, and the clock starts before
 * the first byte: no order in which a command reads and writes can hold it up.
 */
export async function runInGate(
  gate: Gate,
  run: Run,
  options: RunOptions,
): Promise<Omit<ProcessResult, "planSha256">> {
  const collectors = {
    stdout: createCollector(run.limits.maxOutputBytes),
    stderr: createCollector(run.limits.maxOutputBytes),
  };
  const watchers = { stdout: options.onStdout, stderr: options.onStderr };
  const memoryKillsBefore = memoryKillCount();
  const startedAt = performance.now();

  using causes = watchForEnd({
    timeoutMs: run.limits.timeoutMs,
    signal: options.signal,
    hasEnded: gate.commandEnded,
    onEnd: () => gate.kill(),
  });
  let watcherFailure: { readonly error: unknown } | null = null;
  gate.read((stream, chunk) => {
    const kept = collectors[stream].add(chunk);
    try {
      if (kept.byteLength > 0 && watcherFailure === null) watchers[stream]?.(kept.slice());
    } catch (error) {
      watcherFailure = { error };
      causes.end({ kind: "cancelled" });
    }
    if (collectors[stream].overflowed && run.onOutputLimit === "end")
      causes.end({ kind: "output-limit", stream });
  });
  gate.release(gateScript(run));
  const stdin = writeStdin(gate.stdin, options.stdin ?? NOTHING);
  const status = readGateStatus(await gate.exited);
  await stdin.finished;
  rethrow(watcherFailure);

  return {
    outcome: outcomeOf(
      { cause: causes.first(), status, memoryKillSeen: memoryKillCount() > memoryKillsBefore },
      run.limits,
    ),
    stdout: collectors.stdout.collected(),
    stderr: collectors.stderr.collected(),
    stdin: stdin.report(),
    durationMs: performance.now() - startedAt,
    cpuTimeMs: status.cpuTimeMs,
    limits: run.limits,
  };
}

/** A caller's own callback that throws ends the run first, and is the caller's to hear about after. */
function rethrow(failure: { readonly error: unknown } | null): void {
  if (failure !== null) throw failure.error;
}
