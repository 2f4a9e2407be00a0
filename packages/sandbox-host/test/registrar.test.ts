import { collectHostFunctions, type HostInterfaceError, PLATFORM_SANDBOX } from "@assay/host-interface";
import { ProcessExecutorError } from "@assay/process-executor";
import { describe, expect, it } from "vitest";
import type { SandboxHostError, SandboxHostFailure } from "../src/errors.ts";
import { createSandboxHost } from "../src/registrar.ts";
import { createFakeExecutor, untilCancelled } from "./support/fake-executor.ts";
import { call, exec, execBytes, log, request } from "./support/guest.ts";
import { createTestHost } from "./support/host.ts";
import { memoryLog } from "./support/memory-log.ts";
import { prepared } from "./support/policy.ts";

const policy = await prepared({ allowedCommands: ["cat"] });

async function failureOf(work: () => unknown): Promise<SandboxHostFailure> {
  try {
    await work();
  } catch (error) {
    return (error as SandboxHostError).failure;
  }
  throw new Error("it did not fail");
}

describe("the registrar", () => {
  it("defines exactly the functions of platform_sandbox, with the signatures of the table", () => {
    const { host } = createTestHost(policy);
    expect(host.name).toBe("platform_sandbox");
    const defined = host.functions.map(({ module, name, signature }) => [module, name, signature]);
    const table = Object.entries(PLATFORM_SANDBOX.functions);
    expect(defined).toEqual(table.map(([name, signature]) => [PLATFORM_SANDBOX.module, name, signature]));
  });

  it("can be joined with others, and names itself when somebody defines its functions twice", () => {
    const { host } = createTestHost(policy);
    expect(collectHostFunctions([host]).size).toBe(4);
    let failure: HostInterfaceError["failure"] | null = null;
    try {
      collectHostFunctions([host, { name: "other", functions: host.functions }]);
    } catch (error) {
      failure = (error as HostInterfaceError).failure;
    }
    expect(failure).toMatchObject({
      code: "DUPLICATE_HOST_FUNCTION",
      registrars: ["platform_sandbox", "other"],
    });
  });

  it.each([Number.NaN, 0.5, 2 ** 53, Number.POSITIVE_INFINITY])(
    "refuses a deterministic clock at %d",
    async (timestampMs) => {
      const { logger } = memoryLog();
      const clock = { mode: "deterministic", timestampMs } as const;
      const failure = await failureOf(() =>
        createSandboxHost({ policy, executor: createFakeExecutor(), logger, clock }),
      );
      expect(failure).toEqual({ code: "CLOCK_NOT_EXACT", timestampMs });
    },
  );
});

describe("one call at a time", () => {
  it("refuses a second call while a command runs, whatever it is, and the first goes on", async () => {
    const executor = createFakeExecutor(untilCancelled);
    const { host } = createTestHost(policy, { executor });
    const guest = new AbortController();
    const first = exec(host, { command: "cat" }, { signal: guest.signal });
    const refused = { code: "CALL_IN_PROGRESS", running: "sandbox_exec" };
    expect(await failureOf(() => exec(host, { command: "cat" }))).toMatchObject({
      ...refused,
      called: "sandbox_exec",
    });
    expect(await failureOf(() => log(host, 0, "meanwhile"))).toMatchObject({
      ...refused,
      called: "log_message",
    });
    guest.abort();
    await first;
    expect(host.counters()).toMatchObject({ requested: 1, started: 1, logLines: 0 });
    expect(host.failure).toBeNull();
  });

  it("lets the next call in as soon as one is over, also when it failed", async () => {
    const executor = createFakeExecutor(() =>
      Promise.reject(new ProcessExecutorError({ code: "SANDBOX_BUSY" })),
    );
    const { host } = createTestHost(policy, { executor });
    await expect(exec(host, { command: "cat" })).rejects.toThrow();
    await log(host, 0, "after it");
    expect(host.counters().logLines).toBe(1);
  });
});

describe("prepare", () => {
  it("opens the sandbox before the first command, which then uses it", async () => {
    const { host, executor } = createTestHost(policy);
    await host.prepare();
    expect(executor.opened).toEqual([{ network: false, programs: policy.programs }]);
    await exec(host, { command: "cat" });
    expect(executor.opened).toHaveLength(1);
  });

  it("does not hold up the guest: other functions answer while the sandbox opens", async () => {
    const executor = createFakeExecutor();
    const gate = Promise.withResolvers<void>();
    executor.beforeOpen = () => gate.promise;
    const { host } = createTestHost(policy, { executor });
    const ready = host.prepare();
    await log(host, 0, "still loading");
    expect(host.counters().logLines).toBe(1);
    gate.resolve();
    await ready;
  });

  it("opens nothing when the policy allows no program", async () => {
    const { host, executor } = createTestHost(await prepared());
    await host.prepare();
    expect(executor.opened).toEqual([]);
  });

  it("fails with the executor's error, is never an unhandled rejection, and fails the first command too", async () => {
    const unavailable = new ProcessExecutorError({
      code: "ISOLATION_UNAVAILABLE",
      protection: "bubblewrap",
      detail: "not installed",
    });
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", note);
    const executor = createFakeExecutor();
    executor.beforeOpen = () => Promise.reject(unavailable);
    const { host } = createTestHost(policy, { executor });
    void host.prepare();
    // Unhandled rejections are reported after the microtasks of a turn.
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
    expect(host.failure).toBe(unavailable);
    await expect(host.prepare()).rejects.toBe(unavailable);
    await expect(exec(host, { command: "cat" })).rejects.toBe(unavailable);
  });
});

describe("reset between evaluations", () => {
  it("leaves nothing of the former one: counters, budgets, records, logs, kept answer, sandbox", async () => {
    const once = await prepared({ allowedCommands: ["cat"], budget: { maxExecutions: 1, maxLogLines: 1 } });
    const { host, executor } = createTestHost(once);
    const fresh = host.counters();
    const bytes = request("head", { command: "cat" });
    await execBytes(host, bytes, { capacity: 8 });
    await log(host, 0, "first");
    await log(host, 0, "dropped");
    await host.reset();

    expect(host.counters()).toEqual(fresh);
    expect(host.records()).toEqual([]);
    expect(host.logs()).toEqual([]);
    expect(executor.closedSandboxes).toEqual([0]);

    const reply = await execBytes(host, bytes);
    expect(reply.write).toBeInstanceOf(Uint8Array);
    await log(host, 0, "second");
    expect(executor.runs.map(({ sandbox }) => sandbox)).toEqual([0, 1]);
    expect(host.counters()).toMatchObject({ started: 1, denied: 0, retried: 0, logLines: 1, logDropped: 0 });
  });

  it("ends a command that still runs, and is over only when the command is gone", async () => {
    const executor = createFakeExecutor(untilCancelled);
    const { host } = createTestHost(policy, { executor });
    const over: string[] = [];
    const running = exec(host, { command: "cat" }).then(() => over.push("command"));
    await new Promise((resolve) => setImmediate(resolve));
    const reset = host.reset().then(() => over.push("reset"));
    await Promise.all([running, reset]);
    expect(over).toEqual(["command", "reset"]);
    expect(executor.closedSandboxes).toEqual([0]);
    expect(host.counters().requested).toBe(0);
  });

  it("refuses calls until it is over", async () => {
    const executor = createFakeExecutor(untilCancelled);
    const { host } = createTestHost(policy, { executor });
    const running = exec(host, { command: "cat" });
    const reset = host.reset();
    const refused = { code: "CALL_IN_PROGRESS", running: "reset" };
    expect(await failureOf(() => call(host, "get_timestamp", []))).toMatchObject(refused);
    expect(await failureOf(() => host.prepare())).toMatchObject(refused);
    expect(await failureOf(() => host.reset())).toMatchObject(refused);
    await Promise.all([running, reset]);
    await call(host, "get_timestamp", []);
  });

  it("clears a failure and tries anew", async () => {
    const executor = createFakeExecutor();
    executor.beforeOpen = () => Promise.reject(new ProcessExecutorError({ code: "SANDBOX_CLOSED" }));
    const { host } = createTestHost(policy, { executor });
    await expect(exec(host, { command: "cat" })).rejects.toThrow();
    executor.beforeOpen = () => {};
    await host.reset();
    expect(host.failure).toBeNull();
    expect(await exec(host, { command: "cat" })).toMatchObject({ ok: true });
  });

  it("closes a sandbox that is still opening", async () => {
    const executor = createFakeExecutor();
    const gate = Promise.withResolvers<void>();
    executor.beforeOpen = () => gate.promise;
    const { host } = createTestHost(policy, { executor });
    void host.prepare();
    const reset = host.reset();
    gate.resolve();
    await reset;
    expect(executor.closedSandboxes).toEqual([0]);
  });

  it("is as new also when the old sandbox could not be closed, and says so", async () => {
    const executor = createFakeExecutor();
    const failed = new ProcessExecutorError({ code: "WORK_DIRECTORY_FAILED", path: "/x", detail: "busy" });
    const open = executor.open.bind(executor);
    executor.open = async (options) => ({ ...(await open(options)), close: () => Promise.reject(failed) });
    const { host } = createTestHost(policy, { executor });
    await exec(host, { command: "cat" });
    await expect(host.reset()).rejects.toBe(failed);
    expect(host.counters().requested).toBe(0);
    expect(await exec(host, { command: "cat" })).toMatchObject({ ok: true });
  });
});

describe("close", () => {
  it("ends a command that still runs, closes the sandbox, refuses further calls, and keeps the report", async () => {
    const executor = createFakeExecutor(untilCancelled);
    const { host } = createTestHost(policy, { executor });
    const running = exec(host, { command: "cat" });
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([host.close(), host.close(), running]);
    expect(executor.closedSandboxes).toEqual([0]);
    expect(host.counters()).toMatchObject({ cancelled: 1 });
    expect(host.records()).toHaveLength(1);
    const closed = { code: "HOST_CLOSED" };
    expect(await failureOf(() => exec(host, { command: "cat" }))).toMatchObject(closed);
    expect(await failureOf(() => call(host, "get_timestamp", []))).toMatchObject(closed);
    expect(await failureOf(() => host.prepare())).toMatchObject(closed);
    expect(await failureOf(() => host.reset())).toMatchObject(closed);
  });

  it("is what await using does", async () => {
    const executor = createFakeExecutor();
    {
      await using host = createTestHost(policy, { executor }).host;
      await exec(host, { command: "cat" });
    }
    expect(executor.closedSandboxes).toEqual([0]);
  });

  it("has nothing to close when nothing was opened", async () => {
    const { host, executor } = createTestHost(policy);
    await host.close();
    expect(executor.opened).toEqual([]);
  });
});
