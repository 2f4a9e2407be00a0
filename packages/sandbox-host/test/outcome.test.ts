import { ABI_LEVELS, decodeSandboxExecAnswer, encodeSandboxExecAnswer } from "@assay/host-interface";
import type { ProcessOutcome } from "@assay/process-executor";
import { describe, expect, it } from "vitest";
import { answerForGuest } from "../src/outcome.ts";
import { createFakeExecutor, processResult, type ResultFacts } from "./support/fake-executor.ts";
import { exec, execBytes, request } from "./support/guest.ts";
import { createTestHost } from "./support/host.ts";
import { prepared } from "./support/policy.ts";
import { counted, errAnswer, okAnswer, u64 } from "./support/wire.ts";

const policy = await prepared({ allowedCommands: ["cat"] });

/** The wire format of both levels: variant 2 is whole seconds at head and milliseconds at pr33; ExecutionFailed is 3 at head and 4 at pr33. */
const OUTCOMES: readonly {
  name: string;
  facts: ResultFacts;
  head: Uint8Array;
  pr33: Uint8Array;
}[] = [
  {
    name: "exited with 0",
    facts: { stdout: "out", stderr: "err", durationMs: 12.9 },
    head: okAnswer(0, "out", "err", 12),
    pr33: okAnswer(0, "out", "err", 12),
  },
  {
    name: "exited with 7",
    facts: { outcome: { kind: "exited", exitCode: 7 } },
    head: okAnswer(7, "", "", 1),
    pr33: okAnswer(7, "", "", 1),
  },
  {
    name: "signalled: exit code -1, as the original, with what was written before",
    facts: { outcome: { kind: "signalled", signal: "SIGSEGV" }, stdout: "so far" },
    head: okAnswer(-1, "so far", "", 1),
    pr33: okAnswer(-1, "so far", "", 1),
  },
  {
    name: "timed out: seconds rounded down at head, milliseconds at pr33",
    facts: { outcome: { kind: "timed-out", timeoutMs: 30_000 }, stdout: "so far" },
    head: errAnswer(2, u64(30)),
    pr33: errAnswer(2, u64(30_000)),
  },
  {
    name: "ended at the output limit: an error, which no command can fake",
    facts: {
      outcome: { kind: "output-limit", stream: "stdout", maxOutputBytes: 5 },
      stdout: "12345",
      stdoutLost: 9,
    },
    head: errAnswer(3, counted("output limit: more than 5 bytes on stdout")),
    pr33: errAnswer(4, counted("output limit: more than 5 bytes on stdout")),
  },
  {
    name: "out of memory",
    facts: { outcome: { kind: "out-of-memory" } },
    head: errAnswer(3, counted("out of memory")),
    pr33: errAnswer(4, counted("out of memory")),
  },
  {
    name: "cancelled",
    facts: { outcome: { kind: "cancelled" } },
    head: errAnswer(3, counted("cancelled")),
    pr33: errAnswer(4, counted("cancelled")),
  },
  {
    name: "not started: without the executor's own words",
    facts: { outcome: { kind: "spawn-failed", detail: "bwrap: /var/lib/assay/work-x1: No such file" } },
    head: errAnswer(3, counted("the command could not be started in /work")),
    pr33: errAnswer(4, counted("the command could not be started in /work")),
  },
];

describe("what a guest reads, byte for byte, when its command", () => {
  for (const level of ABI_LEVELS) {
    it.each(OUTCOMES)(`${level}: $name`, async ({ facts, ...expected }) => {
      const executor = createFakeExecutor((plan) => processResult(plan, facts));
      const { host } = createTestHost(policy, { executor });
      const reply = await execBytes(host, request(level, { command: "cat" }), { abi: level });
      expect(reply.write).toEqual(expected[level]);
      expect(reply.value).toBe(expected[level].length);
    });
  }

  it("covers every kind of outcome", () => {
    const kinds = new Set(OUTCOMES.map(({ facts }) => facts.outcome?.kind ?? "exited"));
    const all: Record<ProcessOutcome["kind"], true> = {
      exited: true,
      signalled: true,
      "timed-out": true,
      "output-limit": true,
      "out-of-memory": true,
      cancelled: true,
      "spawn-failed": true,
    };
    expect([...kinds].sort()).toEqual(Object.keys(all).sort());
  });
});

describe("output past the limit (the original cut it without telling the guest)", () => {
  it.each([
    {
      name: "says how much of stdout was kept, as the last line of stderr",
      facts: { stdout: "0123456789", stdoutLost: 15 },
      stderr: "assay: output truncated: stdout kept 10 of 25 bytes\n",
    },
    {
      name: "keeps what the command wrote to stderr in front of it",
      facts: { stdout: "01", stdoutLost: 1, stderr: "mine\n" },
      stderr: "mine\nassay: output truncated: stdout kept 2 of 3 bytes\n",
    },
    {
      name: "begins a new line after a stderr that was cut in the middle of one",
      facts: { stderr: "half a li", stderrLost: 2 },
      stderr: "half a li\nassay: output truncated: stderr kept 9 of 11 bytes\n",
    },
    {
      name: "names both streams",
      facts: { stdout: "a", stdoutLost: 1, stderr: "b\n", stderrLost: 3 },
      stderr: "b\nassay: output truncated: stdout kept 1 of 2 bytes, stderr kept 2 of 5 bytes\n",
    },
    { name: "says nothing when nothing was lost", facts: { stdout: "a", stderr: "b" }, stderr: "b" },
  ])("$name", async ({ facts, stderr }) => {
    const executor = createFakeExecutor((plan) => processResult(plan, facts));
    const { host } = createTestHost(policy, { executor });
    const answer = await exec(host, { command: "cat" });
    expect(answer).toMatchObject({ ok: true, exitCode: 0 });
    expect(answer.ok && Buffer.from(answer.stderr).toString()).toBe(stderr);
  });

  it("leaves bytes that are no text exactly as they are", async () => {
    const stderr = Uint8Array.of(0, 0xff, 0xc3, 0x0a);
    const executor = createFakeExecutor((plan) =>
      processResult(plan, { stdout: stderr, stderr, stdoutLost: 1 }),
    );
    const { host } = createTestHost(policy, { executor });
    const answer = await exec(host, { command: "cat" });
    if (!answer.ok) throw new Error("the command ran");
    expect(answer.stdout).toEqual(stderr);
    expect(answer.stderr.subarray(0, 4)).toEqual(stderr);
  });
});

it("answers the same at both levels, but for the unit of the timeout", async () => {
  const executor = createFakeExecutor();
  const { host } = createTestHost(policy, { executor });
  await exec(host, { command: "cat" });
  const plan = executor.runs[0]?.plan;
  if (plan === undefined) throw new Error("the command ran");
  for (const { facts } of OUTCOMES) {
    const result = processResult(plan, facts);
    const answer = answerForGuest(result, { durationMs: 1n, timeoutMs: 30_000n, workingDirectory: "/work" });
    for (const level of ABI_LEVELS) {
      expect(decodeSandboxExecAnswer(level, encodeSandboxExecAnswer(level, answer))).toEqual(answer);
    }
  }
});
