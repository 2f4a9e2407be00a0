import { describe, expect, it } from "vitest";
import { text, useExecutor } from "./support/sandboxed.ts";
import { NAMED_SIGNALS, outcomeText } from "./support/signals.ts";

const { sh, run } = useExecutor();

describe("every outcome of the closed list", () => {
  it("reports the exit code that the reaper saw", async () => {
    const result = await sh("echo out; echo err >&2; exit 7");
    expect(result.outcome).toEqual({ kind: "exited", exitCode: 7 });
    expect(text(result.stdout.bytes)).toBe("out\n");
    expect(text(result.stderr.bytes)).toBe("err\n");
  });

  it.each(NAMED_SIGNALS)("tells $signal from an exit with the same number", async ({ signal, code }) => {
    const signalled = await sh(`kill -${signal.slice("SIG".length)} $$`);
    expect(signalled.outcome).toEqual({ kind: "signalled", signal });
    expect(outcomeText(signalled)).toBe("");
    expect((await sh(`exit ${code}`)).outcome).toEqual({ kind: "exited", exitCode: code });
  });

  it.each([
    { name: "SIGINT", code: 130 },
    { name: "SIGPIPE", code: 141 },
  ])("reports $name as exit code $code, which no POSIX shell tells apart", async ({ name, code }) => {
    const result = await sh(`kill -${name.slice("SIG".length)} $$`);
    expect(result.outcome).toEqual({ kind: "exited", exitCode: code });
  });

  it("ends a command at its deadline and keeps what it wrote until then", async () => {
    const result = await sh("echo partial; sleep 60", { timeoutMs: 300 });
    expect(result.outcome).toEqual({ kind: "timed-out", timeoutMs: 300 });
    expect(text(result.stdout.bytes)).toBe("partial\n");
    expect(result.cpuTimeMs).toBeNull();
  });

  it("ends a command at its deadline when it ignores SIGTERM and everything else it can", async () => {
    const result = await sh("trap '' TERM INT HUP QUIT; echo deaf; while :; do sleep 1; done", {
      timeoutMs: 300,
    });
    expect(result.outcome.kind).toBe("timed-out");
    expect(text(result.stdout.bytes)).toBe("deaf\n");
  });

  it("ends a command that stopped itself, at its deadline", async () => {
    expect((await sh("kill -STOP $$", { timeoutMs: 300 })).outcome.kind).toBe("timed-out");
  });

  it("ends the run at the output limit where the policy says so", async () => {
    const result = await sh("yes", {}, { onOutputLimit: "end", maxOutputBytes: 1000 });
    expect(result.outcome).toEqual({ kind: "output-limit", stream: "stdout", maxOutputBytes: 1000 });
    expect(result.stdout.bytes.byteLength).toBe(1000);
    expect(result.stdout.truncated).toBe(true);
  });

  it("names the stream that exceeded the limit", async () => {
    const result = await sh("yes >&2", {}, { onOutputLimit: "end", maxOutputBytes: 1000 });
    expect(result.outcome).toMatchObject({ kind: "output-limit", stream: "stderr" });
  });

  it("cancels a running command when the caller's signal is aborted", async () => {
    const controller = new AbortController();
    const result = await sh("echo started; sleep 60", {
      signal: controller.signal,
      onStdout: () => controller.abort(),
    });
    expect(result.outcome).toEqual({ kind: "cancelled" });
    expect(text(result.stdout.bytes)).toBe("started\n");
  });

  it("cancels before the start when the signal was aborted already", async () => {
    expect((await sh("sleep 60", { signal: AbortSignal.abort() })).outcome).toEqual({ kind: "cancelled" });
  });

  it("says that a command could not start where its working directory does not exist", async () => {
    const result = await run(["true"], { workingDirectory: "not/there" });
    expect(result.outcome).toMatchObject({
      kind: "spawn-failed",
      detail: expect.stringContaining("working directory"),
    });
  });

  it("has one outcome when the event loop was blocked past both the exit and the deadline", async () => {
    const running = sh("echo done", { timeoutMs: 500, onStdout: () => blockFor(700) });
    expect((await running).outcome).toEqual({ kind: "exited", exitCode: 0 });
  });

  it("reports the limits that applied, the plan, and the CPU time of what was reaped", async () => {
    const result = await sh("i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done", { timeoutMs: 20_000 });
    expect(result.limits.timeoutMs).toBe(20_000);
    expect(result.planSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(result.cpuTimeMs).toBeGreaterThan(0);
  });

  it("hands a caller's failing callback back to the caller, after the command is gone", async () => {
    const failing = sh("echo x; sleep 60", {
      onStdout: () => {
        throw new Error("the caller's own");
      },
    });
    await expect(failing).rejects.toThrow("the caller's own");
  });
});

function blockFor(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}
