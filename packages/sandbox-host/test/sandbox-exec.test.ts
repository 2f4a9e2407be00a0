import { ABI_LEVELS, decodeSandboxExecAnswer, type MemoryFault } from "@assay/host-interface";
import { describe, expect, it } from "vitest";
import { createFakeExecutor, processResult } from "./support/fake-executor.ts";
import { buffer, call, exec, execBytes, readable, request } from "./support/guest.ts";
import { createTestHost } from "./support/host.ts";
import { prepared } from "./support/policy.ts";
import { counted, errAnswer, okAnswer } from "./support/wire.ts";

const policy = await prepared({ allowedCommands: ["cat", "true"], environmentWhitelist: ["TASK"] });

describe("a request on its way to a process", () => {
  for (const level of ABI_LEVELS) {
    it(`${level}: becomes the plan that decide approved, with its standard input`, async () => {
      const { host, executor } = createTestHost(policy);
      const stdin = Buffer.from("to be read");
      await exec(host, { command: "cat", args: ["-", "a b"], env: [["TASK", "1"]], stdin }, { abi: level });
      expect(executor.opened).toEqual([{ network: false, programs: policy.programs }]);
      expect(executor.runs).toHaveLength(1);
      const run = executor.runs[0];
      expect(run?.plan.args).toEqual(["-", "a b"]);
      expect(run?.plan.env).toContainEqual(["TASK", "1"]);
      expect(run?.plan.program.name).toBe("cat");
      expect(Buffer.from(run?.stdin ?? [])).toEqual(stdin);
    });
  }

  it.each([
    { name: "0 means the policy's timeout", timeoutMs: 0n, planned: 30_000 },
    { name: "less than the policy's holds", timeoutMs: 1500n, planned: 1500 },
    { name: "more than the policy's does not", timeoutMs: 60_000n, planned: 30_000 },
    { name: "the largest u64 does not either", timeoutMs: 2n ** 64n - 1n, planned: 30_000 },
  ])("head: a timeout of $name", async ({ timeoutMs, planned }) => {
    const { host, executor } = createTestHost(policy);
    await exec(host, { command: "cat", timeoutMs });
    expect(executor.runs[0]?.plan.limits.timeoutMs).toBe(planned);
  });

  it("opens one sandbox for all commands of an evaluation", async () => {
    const { host, executor } = createTestHost(policy);
    await exec(host, { command: "cat" });
    await exec(host, { command: "true" });
    expect(executor.opened).toHaveLength(1);
    expect(executor.runs.map(({ sandbox }) => sandbox)).toEqual([0, 0]);
  });
});

describe("a request that is none", () => {
  const FAULTS: readonly MemoryFault[] = [
    "memory read out of bounds",
    "pointer overflow",
    "memory export not found",
    "request exceeds maxMessageBytes",
  ];

  it.each(FAULTS)("head: %s is MemoryError with that text", async (fault) => {
    const { host } = createTestHost(policy);
    const reply = await call(host, "sandbox_exec", [{ ok: false, fault, length: 9 }, buffer()]);
    expect(reply.write).toEqual(errAnswer(4, counted(fault)));
  });

  it.each(FAULTS)("pr33: %s is ExecutionFailed with that text", async (fault) => {
    const { host } = createTestHost(policy);
    const reply = await call(host, "sandbox_exec", [{ ok: false, fault, length: 9 }, buffer()], {
      abi: "pr33",
    });
    expect(reply.write).toEqual(errAnswer(4, counted(fault)));
  });

  it("head: says that the request is invalid, in bincode's words", async () => {
    const { host } = createTestHost(policy);
    const reply = await execBytes(host, Uint8Array.of(1, 2));
    const text = "invalid sandbox exec request: io error: unexpected end of file";
    expect(reply.write).toEqual(errAnswer(3, counted(text)));
  });

  it("pr33: says that the payload is invalid, in bincode's words", async () => {
    const { host } = createTestHost(policy);
    const reply = await execBytes(host, Uint8Array.of(1, 2), { abi: "pr33" });
    const text = "invalid sandbox exec payload: io error: unexpected end of file";
    expect(reply.write).toEqual(errAnswer(4, counted(text)));
  });

  it("is reported as malformed also where the policy allows nothing, as by the original", async () => {
    const { host } = createTestHost(await prepared());
    const reply = await execBytes(host, Uint8Array.of());
    expect(decodeSandboxExecAnswer("head", reply.write ?? Uint8Array.of())).toMatchObject({
      error: { kind: "execution-failed" },
    });
  });

  it("is counted and recorded with its reason, and runs nothing", async () => {
    const { host, executor } = createTestHost(policy);
    await execBytes(host, Uint8Array.of(1, 2));
    await call(host, "sandbox_exec", [{ ok: false, fault: "pointer overflow", length: 9 }, buffer()]);
    expect(host.counters()).toMatchObject({ requested: 2, malformed: 1, unreadable: 1, started: 0 });
    expect(host.records()).toEqual([
      { outcome: "malformed", text: "io error: unexpected end of file" },
      { outcome: "unreadable", text: "pointer overflow" },
    ]);
    expect(executor.opened).toEqual([]);
  });
});

describe("a buffer outside the guest's memory", () => {
  it("is -1, and the command does not run for an answer that cannot be delivered", async () => {
    const { host, executor } = createTestHost(policy);
    const outside = { pointer: 65_000, capacity: 4096, inBounds: false };
    const reply = await call(host, "sandbox_exec", [readable(request("head", { command: "cat" })), outside]);
    expect(reply).toEqual({ value: -1 });
    expect(executor.opened).toEqual([]);
    expect(executor.runs).toEqual([]);
    expect(host.counters()).toMatchObject({ requested: 1, undeliverable: 1, approved: 0 });
  });

  it("is -1 also when it is too small, where the original names a needed size", async () => {
    const { host } = createTestHost(policy);
    const outside = { pointer: 65_536, capacity: 1, inBounds: false };
    const reply = await call(host, "sandbox_exec", [readable(request("head", { command: "cat" })), outside]);
    expect(reply).toEqual({ value: -1 });
  });

  it("is no reason to lose an answer that waits for a retry", async () => {
    const { host, executor } = createTestHost(policy);
    const bytes = request("head", { command: "cat" });
    const first = await execBytes(host, bytes, { capacity: 8 });
    await call(host, "sandbox_exec", [readable(bytes), { pointer: 0, capacity: 9, inBounds: false }]);
    const retry = await execBytes(host, bytes, { capacity: -Number(first.value) });
    expect(retry.write).toEqual(okAnswer(0, "", "", 1));
    expect(executor.runs).toHaveLength(1);
  });
});

describe("an answer larger than the guest's buffer (the original loses it after the command ran)", () => {
  const expected = okAnswer(0, "the output", "", 1);

  function outputHost() {
    const executor = createFakeExecutor((plan) => processResult(plan, { stdout: "the output" }));
    return createTestHost(policy, { executor });
  }

  it("returns the needed size as a negative number, and writes nothing", async () => {
    const { host } = outputHost();
    const reply = await execBytes(host, request("head", { command: "cat" }), { capacity: 8 });
    expect(reply).toEqual({ value: -expected.length });
  });

  it("fits into a buffer of exactly the needed size", async () => {
    const { host } = outputHost();
    const reply = await execBytes(host, request("head", { command: "cat" }), { capacity: expected.length });
    expect(reply).toEqual({ value: expected.length, write: expected });
  });

  it("is kept: the same request with a larger buffer gets it, the command runs once, and no budget is charged twice", async () => {
    const once = await prepared({ allowedCommands: ["cat"], budget: { maxExecutions: 1 } });
    const executor = createFakeExecutor((plan) => processResult(plan, { stdout: "the output" }));
    const { host } = createTestHost(once, { executor });
    const bytes = request("head", { command: "cat" });
    const first = await execBytes(host, bytes, { capacity: 0 });
    const second = await execBytes(host, bytes, { capacity: -Number(first.value) });
    expect(second).toEqual({ value: expected.length, write: expected });
    expect(executor.runs).toHaveLength(1);
    expect(host.records()).toHaveLength(1);
    expect(host.counters()).toMatchObject({
      requested: 2,
      retried: 1,
      started: 1,
      repliesTooLarge: 1,
      repliesKept: 1,
      repliesServedFromKept: 1,
      repliesDelivered: 1,
    });
  });

  it("names the needed size again while the buffer is too small, without running anything", async () => {
    const { host, executor } = outputHost();
    const bytes = request("head", { command: "cat" });
    await execBytes(host, bytes, { capacity: 8 });
    expect(await execBytes(host, bytes, { capacity: expected.length - 1 })).toEqual({
      value: -expected.length,
    });
    expect((await execBytes(host, bytes)).write).toEqual(expected);
    expect(executor.runs).toHaveLength(1);
  });

  it("is delivered once: after that the same request is a new one", async () => {
    const { host, executor } = outputHost();
    const bytes = request("head", { command: "cat" });
    await execBytes(host, bytes, { capacity: 8 });
    await execBytes(host, bytes);
    await execBytes(host, bytes);
    expect(executor.runs).toHaveLength(2);
  });

  it.each([
    { name: "another command", other: request("head", { command: "true" }) },
    { name: "a request that is denied", other: request("head", { command: "curl" }) },
    { name: "bytes that are no request", other: Uint8Array.of(9) },
    {
      name: "the same request with one trailing byte",
      other: Uint8Array.of(...request("head", { command: "cat" }), 0),
    },
  ])("is forgotten after $name", async ({ other }) => {
    const { host, executor } = outputHost();
    const bytes = request("head", { command: "cat" });
    await execBytes(host, bytes, { capacity: 8 });
    await execBytes(host, other);
    const runs = executor.runs.length;
    await execBytes(host, bytes);
    expect(executor.runs).toHaveLength(runs + 1);
    expect(host.counters().repliesServedFromKept).toBe(0);
  });

  it("is forgotten after a request that could not be read", async () => {
    const { host, executor } = outputHost();
    const bytes = request("head", { command: "cat" });
    await execBytes(host, bytes, { capacity: 8 });
    await call(host, "sandbox_exec", [{ ok: false, fault: "pointer overflow", length: 1 }, buffer()]);
    await execBytes(host, bytes);
    expect(executor.runs).toHaveLength(2);
  });

  it("survives the other host functions", async () => {
    const { host, executor } = outputHost();
    const bytes = request("head", { command: "cat" });
    await execBytes(host, bytes, { capacity: 8 });
    await call(host, "get_timestamp", []);
    await call(host, "log_message", [0, readable(Buffer.from("too small, once more"))]);
    expect((await execBytes(host, bytes)).write).toEqual(expected);
    expect(executor.runs).toHaveLength(1);
  });

  it("is not kept above the bound: the size is still named, and a retry runs the command again", async () => {
    const executor = createFakeExecutor((plan) => processResult(plan, { stdout: "the output" }));
    const { host } = createTestHost(policy, { executor, maxKeptReplyBytes: expected.length - 1 });
    const bytes = request("head", { command: "cat" });
    expect(await execBytes(host, bytes, { capacity: 8 })).toEqual({ value: -expected.length });
    await execBytes(host, bytes);
    expect(executor.runs).toHaveLength(2);
    expect(host.counters()).toMatchObject({ repliesTooLarge: 1, repliesKept: 0 });
  });

  it("is kept for a denial too", async () => {
    const { host } = createTestHost(policy);
    const bytes = request("head", { command: "curl" });
    const first = await execBytes(host, bytes, { capacity: 8 });
    const second = await execBytes(host, bytes, { capacity: -Number(first.value) });
    expect(second.write).toEqual(errAnswer(1, counted("curl")));
    expect(host.counters()).toMatchObject({ denied: 1, retried: 1 });
  });
});
