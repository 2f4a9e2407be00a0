import { readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createProcessExecutor } from "../src/index.ts";
import { planFor, testPolicy } from "./support/commands.ts";
import { passableDirectory } from "./support/directories.ts";
import { fakeBubblewrap, SAYS_ITS_VERSION } from "./support/fake-bubblewrap.ts";
import { processesWith, uniqueMarker } from "./support/processes.ts";
import { text, useExecutor } from "./support/sandboxed.ts";
import { runUnprotected } from "./support/unprotected.ts";

const { run, open } = useExecutor();

/** Overwrites every `from` in the writable heap of a process with `to`, through /proc; exits 9 where it may not. */
const rewriteHeap = (pid: string, from: string, to: string) => `
  open(my $mem, '+<', "/proc/${pid}/mem") or exit 9;
  open(my $maps, '<', "/proc/${pid}/maps") or exit 9;
  while (<$maps>) {
    next unless /^([0-9a-f]+)-([0-9a-f]+) rw.*\\[heap\\]/;
    my ($start, $end) = (hex $1, hex $2);
    sysseek($mem, $start, 0); sysread($mem, my $heap, $end - $start);
    for (my $at = -1; ($at = index($heap, "${from}", $at + 1)) >= 0;) { sysseek($mem, $start + $at, 0); syswrite($mem, "${to}"); }
  }
  exit 7;`;

describe("a command cannot reach into its gate, which is process 1 and the same user", () => {
  it("through /proc/1/mem: neither to write its own exit status nor to outlast its deadline", async () => {
    // The control: the same access to a process of the same user works where it is visible.
    const control = `my $child = fork; if (!$child) { sleep 60; exit } my $r = open(my $m, '+<', "/proc/$child/mem") ? 0 : 1; kill 9, $child; exit $r`;
    expect((await run(["perl", "-e", control])).outcome).toEqual({ kind: "exited", exitCode: 0 });

    for (const [from, to] of [
      ["times\\0", "yes\\0"],
      ["exit ", "exit 0\\n"],
    ] as const) {
      const result = await run(["perl", "-e", rewriteHeap("1", from, to)], { timeoutMs: 5000 });
      expect(result.outcome).toEqual({ kind: "exited", exitCode: 9 });
    }
  });

  it("through any other door of /proc/1", async () => {
    const result = await run([
      "sh",
      "-c",
      "ls -A /proc/1; rmdir /proc/1; umount /proc/1; echo x > /proc/1/oom_score_adj; mkdir /proc/1/x; ls -A /proc/1",
    ]);
    expect(text(result.stdout.bytes)).toBe("");
  });

  it("by lowering its limits", async () => {
    const prlimit64 = process.arch === "arm64" ? 261 : 302;
    const attempt = (pid: string) =>
      `my ($n, $p, $r) = (${prlimit64}, ${pid}, 7); my $l = pack("QQ", 64, 64); exit(syscall($n, $p, $r, $l, 0) == 0 ? 0 : 5)`;
    expect((await run(["perl", "-e", attempt("0")])).outcome).toEqual({ kind: "exited", exitCode: 0 });
    expect((await run(["perl", "-e", attempt("1")])).outcome).toEqual({ kind: "exited", exitCode: 5 });
  });

  it("by signals: process 1 takes none from inside", async () => {
    const result = await run(["sh", "-c", "for s in KILL STOP TERM SEGV ABRT; do kill -$s 1; done; exit 4"]);
    expect(result.outcome).toEqual({ kind: "exited", exitCode: 4 });
  });
});

describe("a pair of datagram sockets is not a way around the ban of Unix sockets", () => {
  const pair = (type: string) => `use Socket; exit(socketpair(my $a, my $b, AF_UNIX, ${type}, 0) ? 0 : 1)`;

  it.each([true, false])("is refused when network is %s, and a stream pair is not", async (allowNetwork) => {
    expect((await runUnprotected(["perl", "-e", pair("SOCK_DGRAM")])).exitCode).toBe(0);
    expect((await run(["perl", "-e", pair("SOCK_DGRAM")], {}, { allowNetwork })).outcome).toEqual({
      kind: "exited",
      exitCode: 1,
    });
    expect((await run(["perl", "-e", pair("SOCK_STREAM")], {}, { allowNetwork })).outcome).toEqual({
      kind: "exited",
      exitCode: 0,
    });
  });
});

describe("what one command does to its surroundings", () => {
  it("to the pipes of its output does not meet the next: each has its own", async () => {
    const policy = await testPolicy();
    await using sandbox = await open(policy);
    const show = planFor(policy, ["sh", "-c", "stat -L -c %i /proc/self/fd/1"]);
    const inodes = new Set<string>();
    for (let count = 0; count < 5; count += 1) {
      await sandbox.run(planFor(policy, ["sh", "-c", "chmod 000 /dev/stdout /dev/stderr"]));
      inodes.add(text((await sandbox.run(show)).stdout.bytes));
    }
    expect(inodes.size).toBe(5);
  });

  it("to its working directory is reported as its own doing, not as a weakness of the host", async () => {
    const policy = await testPolicy();
    await using sandbox = await open(policy);
    await sandbox.run(planFor(policy, ["sh", "-c", "chmod 000 /work"]));
    const next = await sandbox.run(planFor(policy, ["true"]));
    expect(next.outcome).toMatchObject({
      kind: "spawn-failed",
      detail: expect.stringContaining("working directory"),
    });
  });

  it("as a set-user-ID file is out of reach of the machine's other users", async () => {
    const base = passableDirectory("assay-reach-");
    const executor = createProcessExecutor({ baseDirectory: base });
    const policy = await testPolicy();
    const sandbox = await executor.open({ network: false, programs: policy.programs });
    await sandbox.run(planFor(policy, ["sh", "-c", "cp /bin/true s; chmod 6755 s; chmod 755 /work"]));
    const [state = ""] = readdirSync(base);
    expect(statSync(join(base, state)).mode & 0o007).toBe(0);
    await executor.close();
    rmSync(base, { recursive: true });
  });
});

describe("a host in trouble", () => {
  it("is looked at again: what it lacked may have been a passing shortage", async () => {
    const { directory, path, heal } = passingShortage();
    const executor = createProcessExecutor({ bubblewrapPath: path });
    await expect(executor.open({ network: false, programs: [] })).rejects.toMatchObject({
      failure: { code: "ISOLATION_UNAVAILABLE" },
    });
    heal();
    await (await executor.open({ network: false, programs: [] })).close();
    await executor.close();
    rmSync(directory, { recursive: true });
  });

  it("with a bubblewrap that hangs is reported within the probe's 5 seconds, and nothing is left", async () => {
    const marker = uniqueMarker();
    const { directory, path } = standIn(`exec perl -e 'sleep 60' ${marker}`);
    const executor = createProcessExecutor({ bubblewrapPath: path });
    const report = await executor.probe();
    expect(report.isolated).toBe(false);
    await executor.close();
    expect(processesWith(marker)).toEqual([]);
    rmSync(directory, { recursive: true });
  });

  it("closes a sandbox whose next gate hangs", async () => {
    const marker = uniqueMarker();
    const flagged = `[ -e "$0.hang" ] && exec perl -e 'sleep 60' ${marker}; exec /usr/bin/bwrap "$@"`;
    const { directory, path } = standIn(flagged);
    const executor = createProcessExecutor({ bubblewrapPath: path });
    const policy = await testPolicy();
    const sandbox = await executor.open({ network: false, programs: policy.programs });
    writeFileSync(`${path}.hang`, "");
    await sandbox.run(planFor(policy, ["true"]));
    const waiting = sandbox.run(planFor(policy, ["true"]));
    const refused = expect(waiting).rejects.toMatchObject({ failure: { code: "SANDBOX_CLOSED" } });
    await executor.close();
    await refused;
    expect(processesWith(marker)).toEqual([]);
    rmSync(directory, { recursive: true });
  });
});

describe("closing an executor", () => {
  it("waits for what is being opened, and leaves nothing of it", async () => {
    const base = passableDirectory("assay-closing-");
    const executor = createProcessExecutor({ baseDirectory: base });
    const opening = [1, 2, 3].map(() =>
      executor.open({ network: false, programs: [] }).then((sandbox) => sandbox.close()),
    );
    const settled = Promise.allSettled(opening);
    await executor.close();
    const failures = (await settled).filter(({ status }) => status === "rejected");
    for (const failure of failures)
      expect(failure).toMatchObject({ reason: { failure: { code: "SANDBOX_CLOSED" } } });
    expect(readdirSync(base)).toEqual([]);
    expect(processesWith(base)).toEqual([]);
    rmSync(base, { recursive: true });
  });

  it("refuses everything afterwards", async () => {
    const executor = createProcessExecutor();
    await executor.close();
    await expect(executor.probe()).rejects.toMatchObject({ failure: { code: "SANDBOX_CLOSED" } });
    await expect(executor.open({ network: false, programs: [] })).rejects.toMatchObject({
      failure: { code: "SANDBOX_CLOSED" },
    });
  });
});

/** One that says its version, and otherwise runs `script`. */
function standIn(script: string) {
  return fakeBubblewrap(`${SAYS_ITS_VERSION}\n${script}`);
}

function passingShortage() {
  const fake = standIn(`[ -e "$0.healed" ] || exit 1; exec /usr/bin/bwrap "$@"`);
  return { ...fake, heal: () => writeFileSync(`${fake.path}.healed`, "") };
}
