import { type ApprovedPlan, isApprovedPlan } from "@assay/sandbox-policy";
import type { Gate } from "./bubblewrap/gate.ts";
import { ProcessExecutorError } from "./errors.ts";
import type { RunOptions, Sandbox, SandboxOptions } from "./executor.ts";
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

/**
 * The sandbox of one evaluation. A gate is always waiting: it is started when the sandbox opens, and again after each command, so that a command
 * pays for its own start and not for its isolation's.
 */
export async function createSandbox(parts: SandboxParts): Promise<Sandbox> {
  const closing = new AbortController();
  let waiting = keepQuiet(readyGate(parts.newGate));
  let running: Promise<unknown> | null = null;
  let closed: Promise<void> | null = null;
  try {
    await waiting;
  } catch (error) {
    await removeDirectory(parts.workDirectory);
    throw error;
  }

  const replaceGate = () => {
    waiting = keepQuiet(readyGate(parts.newGate));
    return waiting;
  };
  /** The waiting gate, or a new one if it failed to start, or was killed while it waited: a passing shortage must not last. */
  const takeGate = async (): Promise<Gate> => {
    const gate = await waiting.catch(() => null);
    return gate?.alive() ? gate : replaceGate();
  };

  const runPlan = async (plan: ApprovedPlan, options: RunOptions): Promise<ProcessResult> => {
    await parts.identity.verify(plan.program);
    const gate = await takeGate();
    const signal = options.signal ? AbortSignal.any([options.signal, closing.signal]) : closing.signal;
    try {
      const run = { ...plan, path: plan.program.path, limits: plan.limits };
      return { ...(await runInGate(gate, run, { ...options, signal })), planSha256: plan.sha256 };
    } finally {
      if (!closing.signal.aborted) void replaceGate();
    }
  };

  const shutDown = async () => {
    closing.abort();
    await running?.catch(() => {});
    const gate = await waiting.catch(() => null);
    gate?.kill();
    await gate?.exited;
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

/** A gate that answered. One that did not is an isolation that this host does not give. */
async function readyGate(newGate: () => Promise<Gate>): Promise<Gate> {
  const unavailable = (detail: string, cause?: unknown) =>
    new ProcessExecutorError({ code: "ISOLATION_UNAVAILABLE", protection: "bubblewrap", detail }, { cause });
  const gate = await newGate().catch((error: Error) => {
    throw unavailable(error.message, error);
  });
  const complaint = await gate.ready;
  if (complaint !== null) throw unavailable(complaint);
  return gate;
}

/** A gate that fails while nobody waits for it is reported to the next run, not to the process. */
function keepQuiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
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
  const stdinBytes = options.stdin?.byteLength ?? 0;
  if (stdinBytes > plan.limits.maxStdinBytes) {
    throw unfit(
      `its standard input has ${stdinBytes} bytes, and the plan allows ${plan.limits.maxStdinBytes}`,
    );
  }
}
