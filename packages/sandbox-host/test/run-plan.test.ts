import { ProcessExecutorError } from "@assay/process-executor";
import { describe, expect, it } from "vitest";
import { SandboxHostError } from "../src/errors.ts";
import {
  createFakeExecutor,
  processResult,
  type ResultFacts,
  untilCancelled,
} from "./support/fake-executor.ts";
import { exec, execBytes, request } from "./support/guest.ts";
import { createTestHost } from "./support/host.ts";
import { prepared } from "./support/policy.ts";

const policy = await prepared({ allowedCommands: ["cat"] });

describe("the account of a run", () => {
  it.each<{ name: string; facts: ResultFacts; counters: object }>([
    { name: "exited", facts: { outcome: { kind: "exited", exitCode: 3 } }, counters: { exited: 1 } },
    {
      name: "signalled",
      facts: { outcome: { kind: "signalled", signal: "SIGKILL" } },
      counters: { killed: 1 },
    },
    { name: "timed out", facts: { outcome: { kind: "timed-out", timeoutMs: 5 } }, counters: { timedOut: 1 } },
    {
      name: "ended at the output limit",
      facts: {
        outcome: { kind: "output-limit", stream: "stderr", maxOutputBytes: 1 },
        stderr: "a",
        stderrLost: 1,
      },
      counters: { outputLimited: 1, truncated: 1, stderrBytes: 2 },
    },
    { name: "out of memory", facts: { outcome: { kind: "out-of-memory" } }, counters: { outOfMemory: 1 } },
    { name: "cancelled", facts: { outcome: { kind: "cancelled" } }, counters: { cancelled: 1 } },
    {
      name: "not started",
      facts: { outcome: { kind: "spawn-failed", detail: "" } },
      counters: { failed: 1 },
    },
    {
      name: "cut, with bytes on all three streams",
      facts: {
        stdout: "abc",
        stdoutLost: 7,
        stderr: "de",
        stdin: { offeredBytes: 100, writtenBytes: 40, closedEarly: true },
      },
      counters: { exited: 1, truncated: 1, stdinBytes: 40, stdoutBytes: 10, stderrBytes: 2 },
    },
  ])("counts a command that $name", async ({ facts, counters }) => {
    const executor = createFakeExecutor((plan) => processResult(plan, facts));
    const { host } = createTestHost(policy, { executor });
    await exec(host, { command: "cat" });
    const zero = createTestHost(policy).host.counters();
    expect(host.counters()).toEqual({
      ...zero,
      requested: 1,
      approved: 1,
      started: 1,
      finished: 1,
      repliesDelivered: 1,
      ...counters,
    });
  });

  it("is a record with everything the report needs, and the hash of the plan", async () => {
    const executor = createFakeExecutor((plan) =>
      processResult(plan, { stdout: "abc", stdoutLost: 2, stderr: "e", durationMs: 12.5 }),
    );
    const { host } = createTestHost(policy, { executor });
    await exec(host, { command: "cat", args: ["a"] });
    expect(host.records()).toEqual([
      {
        outcome: "exited",
        program: "cat",
        args: ["a"],
        argsOmitted: 0,
        exitCode: 0,
        signal: null,
        detail: null,
        stdinBytes: 0,
        stdoutBytes: 5,
        stderrBytes: 1,
        truncated: true,
        durationMs: 12.5,
        planSha256: executor.runs[0]?.plan.sha256,
      },
    ]);
  });

  it("tells the operator, and only the operator, why a command could not be started", async () => {
    const detail = "execve /host/path: Permission denied\u001b[0m";
    const executor = createFakeExecutor((plan) =>
      processResult(plan, { outcome: { kind: "spawn-failed", detail } }),
    );
    const { host } = createTestHost(policy, { executor });
    const reply = await execBytes(host, request("head", { command: "cat" }));
    expect(Buffer.from(reply.write ?? []).toString("latin1")).not.toContain("/host/path");
    expect(host.records()).toMatchObject([{ detail: "execve /host/path: Permission denied\\u{1b}[0m" }]);
  });

  it("is what the next decision counts against the budget", async () => {
    const two = await prepared({ allowedCommands: ["cat"], budget: { maxExecutions: 2 } });
    const { host, executor } = createTestHost(two);
    expect(await exec(host, { command: "cat" })).toMatchObject({ ok: true });
    expect(await exec(host, { command: "cat" })).toMatchObject({ ok: true });
    expect(await exec(host, { command: "cat" })).toEqual({
      ok: false,
      error: {
        kind: "execution-failed",
        text: "policy: the evaluation has used up its budget: executions 2",
      },
    });
    expect(executor.runs).toHaveLength(2);
    expect(host.counters()).toMatchObject({ started: 2, denied: 1 });
  });
});

describe("with a deterministic clock", () => {
  const clock = { mode: "deterministic", timestampMs: 1_700_000_000_000 } as const;

  it("tells the guest a duration of 0, so that two honest hosts give the same bytes", async () => {
    const answers = [3.2, 4711].map(async (durationMs) => {
      const executor = createFakeExecutor((plan) => processResult(plan, { stdout: "x", durationMs }));
      const { host } = createTestHost(policy, { executor, clock });
      return (await execBytes(host, request("head", { command: "cat" }))).write;
    });
    const [first, second] = await Promise.all(answers);
    expect(first).toBeInstanceOf(Uint8Array);
    expect(first).toEqual(second);
  });

  it("tells the operator the duration that was measured", async () => {
    const executor = createFakeExecutor((plan) => processResult(plan, { durationMs: 4711 }));
    const { host } = createTestHost(policy, { executor, clock });
    await exec(host, { command: "cat" });
    expect(host.records()).toMatchObject([{ durationMs: 4711 }]);
  });

  it("tells a guest that timed out the policy's timeout, not the time that the budget had left", async () => {
    const budget = { maxTotalTimeMs: 40_000 };
    const limited = await prepared({ allowedCommands: ["cat"], budget });
    const executor = createFakeExecutor((plan) =>
      processResult(plan, {
        outcome: { kind: "timed-out", timeoutMs: plan.limits.timeoutMs },
        durationMs: plan.limits.timeoutMs,
      }),
    );
    const { host } = createTestHost(limited, { executor, clock });
    const timeout = { ok: false, error: { kind: "timeout", timeoutMs: 30_000n } };
    expect(await exec(host, { command: "cat" }, { abi: "pr33" })).toEqual(timeout);
    expect(await exec(host, { command: "cat" }, { abi: "pr33" })).toEqual(timeout);
    expect(executor.runs[1]?.plan.limits.timeoutMs).toBe(10_000);
  });
});

it("with the real clock, tells a guest that timed out the time that its command had", async () => {
  const limited = await prepared({ allowedCommands: ["cat"], budget: { maxTotalTimeMs: 40_000 } });
  const executor = createFakeExecutor((plan) =>
    processResult(plan, {
      outcome: { kind: "timed-out", timeoutMs: plan.limits.timeoutMs },
      durationMs: plan.limits.timeoutMs,
    }),
  );
  const { host } = createTestHost(limited, { executor });
  await exec(host, { command: "cat" }, { abi: "pr33" });
  const second = await exec(host, { command: "cat" }, { abi: "pr33" });
  expect(second).toEqual({ ok: false, error: { kind: "timeout", timeoutMs: 10_000n } });
});

describe("a guest that ends before its command", () => {
  it("ends the command, and the call settles only when the command is gone", async () => {
    const executor = createFakeExecutor(untilCancelled);
    const { host } = createTestHost(policy, { executor });
    const guest = new AbortController();
    const answer = exec(host, { command: "cat" }, { signal: guest.signal });
    guest.abort();
    expect(await answer).toEqual({ ok: false, error: { kind: "execution-failed", text: "cancelled" } });
    expect(host.counters().started - host.counters().finished).toBe(0);
  });

  it("starts nothing when it ended while the sandbox was opening", async () => {
    const guest = new AbortController();
    const executor = createFakeExecutor();
    executor.beforeOpen = () => guest.abort();
    const { host } = createTestHost(policy, { executor });
    const answer = await exec(host, { command: "cat" }, { signal: guest.signal });
    expect(answer).toEqual({ ok: false, error: { kind: "execution-failed", text: "cancelled" } });
    expect(executor.runs).toEqual([]);
    expect(host.counters()).toMatchObject({ approved: 1, started: 0, finished: 0 });
  });
});

describe("an executor that fails (our failure, never a value for the guest)", () => {
  const unavailable = new ProcessExecutorError({
    code: "ISOLATION_UNAVAILABLE",
    protection: "user-namespace",
    detail: "forbidden on this host",
  });

  it("ends the call with the executor's own error when no sandbox can be opened, and keeps it reachable", async () => {
    const executor = createFakeExecutor();
    executor.beforeOpen = () => {
      throw unavailable;
    };
    const { host, lines } = createTestHost(policy, { executor });
    expect(host.failure).toBeNull();
    await expect(exec(host, { command: "cat" })).rejects.toBe(unavailable);
    expect(host.failure).toBe(unavailable);
    expect(lines).toEqual([
      expect.objectContaining({ level: "error", msg: "this host cannot run commands" }),
    ]);
    expect(host.counters()).toMatchObject({ requested: 1, approved: 1, started: 0 });
  });

  it("ends the call when it fails during a run", async () => {
    const changed = new ProcessExecutorError({
      code: "PROGRAM_CHANGED",
      path: "/usr/bin/cat",
      detail: "size",
    });
    const executor = createFakeExecutor(() => Promise.reject(changed));
    const { host } = createTestHost(policy, { executor });
    await expect(exec(host, { command: "cat" })).rejects.toBe(changed);
    expect(host.failure).toBe(changed);
    expect(host.counters()).toMatchObject({ started: 1, finished: 0 });
  });

  it("stays failed: every later call of sandbox_exec fails in the same way, and runs nothing", async () => {
    const executor = createFakeExecutor();
    executor.beforeOpen = () => {
      throw unavailable;
    };
    const { host } = createTestHost(policy, { executor });
    await expect(exec(host, { command: "cat" })).rejects.toBe(unavailable);
    executor.beforeOpen = () => {};
    await expect(exec(host, { command: "cat" })).rejects.toBe(unavailable);
    await expect(exec(host, { command: "denied" })).rejects.toBe(unavailable);
    expect(executor.runs).toEqual([]);
  });

  it("is named by us when what it throws is not its own error", async () => {
    const cause = new TypeError("a bug");
    const executor = createFakeExecutor(() => Promise.reject(cause));
    const { host } = createTestHost(policy, { executor });
    const thrown: unknown = await exec(host, { command: "cat" }).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(SandboxHostError);
    expect(thrown).toMatchObject({ failure: { code: "EXECUTOR_FAILED", detail: "a bug" }, cause });
  });
});
