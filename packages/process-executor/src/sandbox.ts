import { type ApprovedPlan, isApprovedPlan } from "@assay/sandbox-policy";
import type { Gate } from "./bubblewrap/gate.ts";
import { ProcessExecutorError } from "./errors.ts";
import type { RunOptions, Sandbox, SandboxOptions } from "./executor.ts";
import { createGateAhead } from "./gate-ahead.ts";
import type { IdentityCheck } from "./host/program-identity.ts";
import { removeDirectory } from "./host/work-directory.ts";
import type { ProcessResult } from "./result.ts";
import { runInGate } from "./run/run.ts";

/** What a sandbox is made of. */
export interface SandboxParts {
  readonly options: SandboxOptions;
  readonly workDirectory: string;
  readonly identity: IdentityCheck;
  /** Starts one more gate over the same working directory. */
  readonly newGate: () => Promise<Gate>;
  /** Called once, when nothing of the sandbox is left. */
  readonly onClosed: () => void;
}

/** The sandbox of one evaluation. Its first gate is up when this settles, so that a host that cannot isolate says so before anything runs. */
export async function createSandbox(parts: SandboxParts): Promise<Sandbox> {
  const gates = createGateAhead(parts.newGate);
  const closing = new AbortController();
  let running: Promise<unknown> | null = null;
  let closed: Promise<void> | null = null;

  await gates.fill().catch(async (error) => {
    await removeDirectory(parts.workDirectory);
    throw error;
  });

  const runPlan = async (plan: ApprovedPlan, options: RunOptions): Promise<ProcessResult> => {
    await parts.identity.verify(plan.program);
    const gate = await gates.take();
    const signal = options.signal ? AbortSignal.any([options.signal, closing.signal]) : closing.signal;
    const run = { ...plan, path: plan.program.path, limits: plan.limits };
    try {
      return { ...(await runInGate(gate, run, { ...options, signal })), planSha256: plan.sha256 };
    } finally {
      gates.refill();
    }
  };

  const shutDown = async () => {
    closing.abort();
    // Together: a run may be waiting for a gate that will never be up.
    await Promise.all([gates.close(), running?.catch(() => {})]);
    await removeDirectory(parts.workDirectory);
    parts.onClosed();
  };

  const sandbox: Sandbox = {
    async run(plan, options = {}) {
      if (closing.signal.aborted) throw new ProcessExecutorError({ code: "SANDBOX_CLOSED" });
      if (running !== null) throw new ProcessExecutorError({ code: "SANDBOX_BUSY" });
      checkPlan(plan, parts.options, options);
      const run = runPlan(plan, options).finally(() => {
        running = null;
      });
      running = run;
      return run;
    },
    close() {
      closed ??= shutDown();
      return closed;
    },
    [Symbol.asyncDispose]: () => sandbox.close(),
  };
  return sandbox;
}

function checkPlan(
  plan: unknown,
  sandbox: SandboxOptions,
  options: RunOptions,
): asserts plan is ApprovedPlan {
  if (!isApprovedPlan(plan)) throw new ProcessExecutorError({ code: "PLAN_NOT_APPROVED" });
  const unfit = (detail: string) => new ProcessExecutorError({ code: "PLAN_NOT_FOR_SANDBOX", detail });
  if (plan.network !== sandbox.network) {
    throw unfit(
      `it was approved ${plan.network ? "with" : "without"} the network, and the sandbox is the other way`,
    );
  }
  if (
    !sandbox.programs.some(
      (program) => program.realPath === plan.program.realPath && program.sha256 === plan.program.sha256,
    )
  ) {
    throw unfit(`${plan.program.path} is not among the programs that the sandbox was opened with`);
  }
  if (options.stdin != null && !(options.stdin instanceof Uint8Array))
    throw new TypeError("stdin must be a Uint8Array");
  const stdinBytes = options.stdin?.byteLength ?? 0;
  if (stdinBytes > plan.limits.maxStdinBytes) {
    throw unfit(
      `its standard input has ${stdinBytes} bytes, and the plan allows ${plan.limits.maxStdinBytes}`,
    );
  }
}
