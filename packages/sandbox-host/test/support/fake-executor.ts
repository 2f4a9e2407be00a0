import type {
  ProcessExecutor,
  ProcessOutcome,
  ProcessResult,
  RunOptions,
  SandboxOptions,
} from "@assay/process-executor";
import type { ApprovedPlan } from "@assay/sandbox-policy";

/** One run that a fake sandbox was asked for. */
export interface FakeRun {
  readonly plan: ApprovedPlan;
  readonly stdin: Uint8Array | null;
  readonly signal: AbortSignal | undefined;
  /** Which sandbox, counted from 0 in the order of opening. */
  readonly sandbox: number;
}

type FakeAnswer = (plan: ApprovedPlan, options: RunOptions) => ProcessResult | Promise<ProcessResult>;

/** An executor that starts nothing: it notes what it is asked for, and answers as the test says. */
export interface FakeExecutor extends ProcessExecutor {
  readonly opened: SandboxOptions[];
  readonly runs: FakeRun[];
  /** Numbers of the sandboxes that were closed. */
  readonly closedSandboxes: number[];
  /** What the next runs do. */
  answer: FakeAnswer;
  /** What the next `open` does before it succeeds. */
  beforeOpen: () => void | Promise<void>;
}

/** A fake whose commands exit with 0 and no output until the test says otherwise. */
export function createFakeExecutor(answer: FakeAnswer = (plan) => processResult(plan)): FakeExecutor {
  const fake: FakeExecutor = {
    opened: [],
    runs: [],
    closedSandboxes: [],
    answer,
    beforeOpen: () => {},
    async open(options) {
      const sandbox = fake.opened.push(options) - 1;
      await fake.beforeOpen();
      const close = async () => {
        if (!fake.closedSandboxes.includes(sandbox)) fake.closedSandboxes.push(sandbox);
      };
      return {
        async run(plan, runOptions = {}) {
          fake.runs.push({ plan, stdin: runOptions.stdin ?? null, signal: runOptions.signal, sandbox });
          return await fake.answer(plan, runOptions);
        },
        close,
        [Symbol.asyncDispose]: close,
      };
    },
    probe: () => Promise.reject(new Error("a fake executor has nothing to probe")),
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
  return fake;
}

/** What a test says about a run; the rest is a command that exited with 0 and wrote nothing. */
export interface ResultFacts {
  readonly outcome?: ProcessOutcome;
  readonly stdout?: string | Uint8Array;
  readonly stderr?: string | Uint8Array;
  /** Bytes beyond those kept. */
  readonly stdoutLost?: number;
  readonly stderrLost?: number;
  readonly stdin?: ProcessResult["stdin"];
  readonly durationMs?: number;
}

/** A complete result for a plan. */
export function processResult(plan: ApprovedPlan, facts: ResultFacts = {}): ProcessResult {
  return {
    outcome: facts.outcome ?? { kind: "exited", exitCode: 0 },
    stdout: collected(facts.stdout ?? "", facts.stdoutLost ?? 0),
    stderr: collected(facts.stderr ?? "", facts.stderrLost ?? 0),
    stdin: facts.stdin ?? { offeredBytes: 0, writtenBytes: 0, closedEarly: false },
    durationMs: facts.durationMs ?? 1,
    cpuTimeMs: null,
    limits: plan.limits,
    planSha256: plan.sha256,
  };
}

/** A run that goes on until its signal is aborted, and then takes one more turn of the event loop to be gone. */
export function untilCancelled(plan: ApprovedPlan, { signal }: RunOptions): Promise<ProcessResult> {
  return new Promise((resolve) => {
    const end = () => setImmediate(() => resolve(processResult(plan, { outcome: { kind: "cancelled" } })));
    if (signal?.aborted) end();
    else signal?.addEventListener("abort", end, { once: true });
  });
}

function collected(content: string | Uint8Array, lostBytes: number): ProcessResult["stdout"] {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return { bytes, seenBytes: bytes.length + lostBytes, truncated: lostBytes > 0 };
}
