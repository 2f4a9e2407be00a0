import { readdirSync, readFileSync } from "node:fs";
import { ABI_LEVELS, decodeSandboxExecAnswer, type SandboxExecAnswer } from "@assay/host-interface";
import { createProcessExecutor } from "@assay/process-executor";
import { describe, expect, it } from "vitest";
import { exec, execBytes, request } from "./support/guest.ts";
import { useRealHosts } from "./support/real-host.ts";

const openHost = useRealHosts();

function sh(script: string) {
  return { command: "sh", args: ["-c", script] };
}

/** What a guest sees of an answer, with text for bytes and without the measured duration. */
function seen(answer: SandboxExecAnswer) {
  if (!answer.ok) return answer.error;
  const { exitCode, stdout, stderr } = answer;
  return { exitCode, stdout: Buffer.from(stdout).toString(), stderr: Buffer.from(stderr).toString() };
}

function processesWith(argument: string): readonly string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(argument);
    } catch {
      return false;
    }
  });
}

describe("a guest's command, as a real process", () => {
  for (const abi of ABI_LEVELS) {
    it(`${abi}: reads its input and answers with its output, its errors and its exit code`, async () => {
      await using host = await openHost();
      await host.prepare();
      const stdin = Buffer.from("input");
      const answer = await exec(host, { ...sh("cat; echo err >&2; exit 7"), stdin }, { abi });
      expect(seen(answer)).toEqual({ exitCode: 7, stdout: "input", stderr: "err\n" });
      expect(host.records()).toMatchObject([
        { outcome: "exited", exitCode: 7, stdoutBytes: 5, stderrBytes: 4 },
      ]);
    });

    it(`${abi}: is ended at the deadline, and the guest is told the timeout`, async () => {
      await using host = await openHost({ maxExecutionTimeMs: 1000 });
      const answer = await exec(host, sh("echo begun; while :; do :; done"), { abi });
      expect(seen(answer)).toEqual({ kind: "timeout", timeoutMs: 1000n });
    });
  }

  it("has exit code -1 when a signal ended it", async () => {
    await using host = await openHost();
    expect(seen(await exec(host, sh("echo so far; kill -SEGV $$")))).toMatchObject({
      exitCode: -1,
      stdout: "so far\n",
    });
    expect(host.records()).toMatchObject([{ outcome: "signalled", signal: "SIGSEGV", exitCode: null }]);
  });

  it("finds the files of the evaluation's former commands, and none of another evaluation's", async () => {
    await using host = await openHost();
    expect(seen(await exec(host, sh("echo kept > file")))).toMatchObject({ exitCode: 0 });
    expect(seen(await exec(host, { command: "cat", args: ["file"] }))).toMatchObject({ stdout: "kept\n" });
    await host.reset();
    expect(seen(await exec(host, { command: "cat", args: ["file"] }))).toMatchObject({
      exitCode: 1,
      stdout: "",
    });
  });

  it("runs once for an answer that did not fit: the retry gets what the first run wrote", async () => {
    await using host = await openHost();
    const bytes = request("head", sh("echo ran >> log; cat log"));
    const first = await execBytes(host, bytes, { capacity: 16 });
    expect(first.write).toBeUndefined();
    const second = await execBytes(host, bytes, { capacity: -Number(first.value) });
    expect(seen(decodeSandboxExecAnswer("head", second.write ?? Uint8Array.of()))).toMatchObject({
      stdout: "ran\n",
    });
    const third = await execBytes(host, bytes);
    const ranTwice = seen(decodeSandboxExecAnswer("head", third.write ?? Uint8Array.of()));
    expect(ranTwice).toMatchObject({ stdout: "ran\nran\n" });
  });

  it("is gone when the call has settled, after the guest ended first", async () => {
    await using host = await openHost();
    await host.prepare();
    const marker = `assay-marker-${process.pid}-guest-ended`;
    const guest = new AbortController();
    const command = { command: "sh", args: ["-c", "while :; do sleep 1; done", marker] };
    const answer = exec(host, command, { signal: guest.signal });
    while (processesWith(marker).length === 0) await new Promise((resolve) => setImmediate(resolve));
    guest.abort();
    expect(seen(await answer)).toEqual({ kind: "execution-failed", text: "cancelled" });
    expect(processesWith(marker)).toEqual([]);
  });
});

it("ends the call with ISOLATION_UNAVAILABLE on a host without bubblewrap: the guest gets no value", async () => {
  await using executor = createProcessExecutor({ bubblewrapPath: "/nonexistent/bwrap" });
  await using host = await openHost({}, { executor });
  await expect(exec(host, sh("true"))).rejects.toMatchObject({ failure: { code: "ISOLATION_UNAVAILABLE" } });
  expect(host.failure).toMatchObject({ failure: { code: "ISOLATION_UNAVAILABLE" } });
});
