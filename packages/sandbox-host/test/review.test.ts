import { ABI_LEVELS } from "@assay/host-interface";
import { describe, expect, it } from "vitest";
import { createSandboxHost } from "../src/registrar.ts";
import { createFakeExecutor, processResult } from "./support/fake-executor.ts";
import { exec } from "./support/guest.ts";
import { createTestHost } from "./support/host.ts";
import { memoryLog } from "./support/memory-log.ts";
import { prepared } from "./support/policy.ts";
import { useRealHosts } from "./support/real-host.ts";

const openRealHost = useRealHosts();

describe("review: an empty allow list allowed everything", () => {
  for (const abi of ABI_LEVELS) {
    it(`${abi}: it denies everything`, async () => {
      const { host, executor } = createTestHost(await prepared({ allowedCommands: [] }));
      for (const command of ["true", "sh", "/bin/sh", "", "*"]) {
        expect(await exec(host, { command }, { abi })).toEqual({
          ok: false,
          error: { kind: "command-not-allowed", text: command },
        });
      }
      expect(executor.opened).toEqual([]);
    });

    it(`${abi}: control: a listed command runs`, async () => {
      const { host, executor } = createTestHost(await prepared({ allowedCommands: ["true"] }));
      expect(await exec(host, { command: "true" }, { abi })).toMatchObject({ ok: true });
      expect(executor.runs).toHaveLength(1);
    });
  }
});

describe("review: the network flag had no effect", () => {
  it.each([true, false])(
    "%s in the policy is what the sandbox is opened with and what the plan says",
    async (allowNetwork) => {
      const { host, executor } = createTestHost(await prepared({ allowedCommands: ["cat"], allowNetwork }));
      await exec(host, { command: "cat" });
      expect(executor.opened).toMatchObject([{ network: allowNetwork }]);
      expect(executor.runs[0]?.plan.network).toBe(allowNetwork);
    },
  );
});

describe("review: full pipes blocked the command for ever", () => {
  it("takes 4 MiB of input for a command that first writes 1 MiB", async () => {
    await using host = await openRealHost({ maxOutputBytes: 8 * 1024 * 1024 });
    const stdin = new Uint8Array(4 * 1024 * 1024).fill(0x61);
    const script = "head -c 1048576 /dev/zero; wc -c";
    const answer = await exec(host, { command: "sh", args: ["-c", script], stdin });
    if (!answer.ok) throw new Error(JSON.stringify(answer.error));
    expect(answer.exitCode).toBe(0);
    expect(Buffer.from(answer.stdout.subarray(1_048_576)).toString().trim()).toBe("4194304");
  });

  it("gives a guest more than the 65536 bytes that a pipe holds, on both streams", async () => {
    await using host = await openRealHost();
    const script = "head -c 200000 /dev/zero >&2; head -c 200000 /dev/zero";
    const answer = await exec(host, { command: "sh", args: ["-c", script] });
    expect(answer).toMatchObject({ ok: true, exitCode: 0 });
    expect(answer.ok && [answer.stdout.length, answer.stderr.length]).toEqual([200_000, 200_000]);
  });
});

describe("review: output had no bound, and was cut without a word", () => {
  it("keeps the limit of each stream of a flood, and tells the guest", async () => {
    await using host = await openRealHost({ maxOutputBytes: 1000 });
    const answer = await exec(host, { command: "sh", args: ["-c", "head -c 5000000 /dev/zero"] });
    if (!answer.ok) throw new Error(JSON.stringify(answer.error));
    expect(answer.stdout).toHaveLength(1000);
    expect(Buffer.from(answer.stderr).toString()).toBe(
      "assay: output truncated: stdout kept 1000 of 5000000 bytes\n",
    );
    expect(host.records()).toMatchObject([{ stdoutBytes: 5_000_000, truncated: true }]);
  });

  it("ends the flood with an error where the policy says so", async () => {
    await using host = await openRealHost({ maxOutputBytes: 1000, onOutputLimit: "end" });
    expect(await exec(host, { command: "sh", args: ["-c", "while :; do echo flood; done"] })).toEqual({
      ok: false,
      error: { kind: "execution-failed", text: "output limit: more than 1000 bytes on stdout" },
    });
  });

  it("bounds the output of a whole evaluation", async () => {
    const policy = await prepared({ allowedCommands: ["cat"], budget: { maxTotalOutputBytes: 10 } });
    const executor = createFakeExecutor((plan) => processResult(plan, { stdout: "0123456789" }));
    const { host } = createTestHost(policy, { executor });
    await exec(host, { command: "cat" });
    expect(await exec(host, { command: "cat" })).toMatchObject({
      ok: false,
      error: { kind: "execution-failed" },
    });
    expect(executor.runs).toHaveLength(1);
  });
});

describe("review: a command that does not read its input broke the run", () => {
  it("answers as usual, and the report says how much was taken", async () => {
    await using host = await openRealHost();
    const stdin = new Uint8Array(4 * 1024 * 1024);
    const answer = await exec(host, { command: "sh", args: ["-c", "exec <&-; echo done"], stdin });
    expect(answer).toMatchObject({ ok: true, exitCode: 0 });
    expect(answer.ok && Buffer.from(answer.stdout).toString()).toBe("done\n");
    expect(host.counters().stdinBytes).toBeLessThan(stdin.length);
  });
});

describe("review: a new setting broke every caller", () => {
  it("takes one object, of which policy, executor and logger are enough", async () => {
    const host = createSandboxHost({
      policy: await prepared({ allowedCommands: ["cat"] }),
      executor: createFakeExecutor(),
      logger: memoryLog().logger,
    });
    expect(await exec(host, { command: "cat" })).toMatchObject({ ok: true });
  });
});
