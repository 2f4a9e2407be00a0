import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defaultPolicy } from "@assay/sandbox-policy";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createProcessExecutor } from "../src/index.ts";
import { planFor, testPolicy } from "./support/commands.ts";
import { passableDirectory } from "./support/directories.ts";
import {
  endAllWith,
  openDescriptors,
  processesWith,
  uniqueMarker,
  until,
  zombieChildrenOf,
} from "./support/processes.ts";
import { text, useExecutor } from "./support/sandboxed.ts";
import { runUnprotected } from "./support/unprotected.ts";

const { sh, run, open } = useExecutor();

/** A daemon as attackers write it: forks twice, leaves its session, closes its streams; its marker is in its arguments. */
const doubleFork = (marker: string) =>
  `use POSIX; exit 0 if fork; POSIX::setsid(); exit 0 if fork; close STDIN; close STDOUT; close STDERR; exec "perl", "-e", "sleep 60", "${marker}";`;

describe("nothing of a command outlives its run", () => {
  let marker = "";
  beforeEach(() => {
    marker = uniqueMarker();
  });
  afterEach(() => endAllWith(marker));

  it("holds for a process in a session of its own", async () => {
    const argv = [
      "sh",
      "-c",
      `setsid perl -e 'sleep 60' ${marker} & while ! grep -qs perl /proc/[0-9]*/comm; do :; done`,
    ];
    await runUnprotected(argv);
    expect(processesWith(marker)).toHaveLength(1);
    await endAllWith(marker);

    expect((await run(argv)).outcome).toEqual({ kind: "exited", exitCode: 0 });
    expect(processesWith(marker)).toEqual([]);
  });

  it("holds for a double fork that closed its streams", async () => {
    await runUnprotected(["perl", "-e", doubleFork(marker)]);
    // The daemon itself, not one of those that fork on their way to it: they could be gone, and it not there yet.
    await until(() => processesWith(`sleep 60\0${marker}`).length > 0, "the control's daemon runs");
    await endAllWith(marker);

    expect((await run(["perl", "-e", doubleFork(marker)])).outcome).toEqual({ kind: "exited", exitCode: 0 });
    expect(processesWith(marker)).toEqual([]);
  });

  it("holds at the deadline, for descendants that ignore every signal", async () => {
    const control = spawn("sh", ["-c", "trap '' TERM; while echo deaf; do sleep 0.01; done"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    await once(control.stdout, "data");
    control.kill("SIGTERM");
    await once(control.stdout, "data");
    await once(control.stdout, "data");
    expect(control.exitCode ?? control.signalCode).toBeNull();
    control.kill("SIGKILL");

    const script = `trap '' TERM INT HUP; setsid sh -c "trap '' TERM INT HUP; sleep 60; : ${marker}" & sleep 60; : ${marker}`;
    expect((await sh(script, { timeoutMs: 300 })).outcome.kind).toBe("timed-out");
    expect(processesWith(marker)).toEqual([]);
  });

  it("holds for a fork bomb, which stops at the process limit", async () => {
    const count = "n=0; while [ $n -lt 100 ]; do sleep 1 & n=$((n+1)); echo $n; done; kill $(jobs -p)";
    expect((await runUnprotected(["sh", "-c", count])).stdout.trim().split("\n")).toHaveLength(100);
    const counted = await sh(count, {}, { limits: { ...defaultPolicy().limits, maxProcesses: 32 } });
    expect(text(counted.stdout.bytes).trim().split("\n").length).toBeLessThan(32);

    const script = `bomb() { bomb "$1" | bomb "$1" & }; bomb ${marker}; sleep 60`;
    const result = await sh(script, { timeoutMs: 1000 });
    expect(["timed-out", "exited"]).toContain(result.outcome.kind);
    expect(processesWith(marker)).toEqual([]);
  });

  it("holds when the sandbox is closed in the middle of a run", async () => {
    const policy = await testPolicy();
    const sandbox = await open(policy);
    const started = Promise.withResolvers<void>();
    const running = sandbox.run(planFor(policy, ["sh", "-c", `echo up; sleep 60; : ${marker}`]), {
      onStdout: () => started.resolve(),
    });
    await started.promise;
    expect(processesWith(marker).length).toBeGreaterThan(0);
    await sandbox.close();
    expect((await running).outcome).toEqual({ kind: "cancelled" });
    expect(processesWith(marker)).toEqual([]);
  });

  it.each(["running", "waiting"])(
    "holds when this process is killed with SIGKILL while a command is %s",
    async (state) => {
      const baseDirectory = passableDirectory("assay-killed-");
      try {
        const host = spawn(
          process.execPath,
          [
            "--conditions=@assay/source",
            fileURLToPath(new URL("./support/killed-host.ts", import.meta.url)),
            baseDirectory,
            state,
            marker,
          ],
          { stdio: ["ignore", "pipe", "inherit"] },
        );
        await once(host.stdout, "data");
        // Every gate has the base directory among bubblewrap's arguments.
        expect(processesWith(baseDirectory).length).toBeGreaterThan(1);
        if (state === "running") expect(processesWith(marker).length).toBeGreaterThan(1);
        host.kill("SIGKILL");
        await once(host, "exit");
        await until(() => processesWith(baseDirectory).length === 0, "bubblewrap is gone");
        await until(() => processesWith(marker).length === 0, "the command is gone");
      } finally {
        rmSync(baseDirectory, { recursive: true, force: true });
      }
    },
  );
});

it("leaves no zombie and no descriptor after 1 000 failing runs", async () => {
  const policy = await testPolicy();
  const fail = ["sh", "-c", "exit 1"];
  await using sandbox = await open(policy);
  await sandbox.run(planFor(policy, fail));
  const before = openDescriptors();
  for (let count = 0; count < 1000; count += 1) {
    const failing =
      count % 2 === 0 ? planFor(policy, fail) : planFor(policy, fail, { workingDirectory: "missing" });
    const { outcome } = await sandbox.run(failing);
    expect(outcome.kind).toBe(count % 2 === 0 ? "exited" : "spawn-failed");
  }
  await until(() => openDescriptors() <= before, "every descriptor is closed again");
  expect(zombieChildrenOf(process.pid)).toEqual([]);

  const control = spawn("perl", ["-e", "exit if !fork; $| = 1; print 1; sleep 60"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  await once(control.stdout, "data");
  await until(
    () => zombieChildrenOf(control.pid ?? 0).length === 1,
    "a parent that does not reap has a zombie",
  );
  control.kill("SIGKILL");
}, 120_000);

describe("ending a gate at any moment of its life", () => {
  it("leaves nothing, 100 times with deadlines of 1 to 10 ms", async () => {
    const policy = await testPolicy();
    const marker = uniqueMarker();
    await using sandbox = await open(policy);
    for (let count = 0; count < 100; count += 1) {
      const plan = planFor(policy, ["sh", "-c", `sleep 60; : ${marker}`], { timeoutMs: 1 + (count % 10) });
      expect((await sandbox.run(plan)).outcome.kind).toBe("timed-out");
      expect(processesWith(marker)).toEqual([]);
    }
  });

  it("leaves nothing of bubblewrap that is killed while it starts", async () => {
    const base = passableDirectory("assay-early-");
    const executor = createProcessExecutor({ baseDirectory: base });
    const policy = await testPolicy();
    await executor.probe();
    for (let count = 0; count < 40; count += 1) {
      const sandbox = await executor.open({ network: false, programs: policy.programs });
      // Its next gate starts as soon as the command has ended, and is closed in its first milliseconds.
      await sandbox.run(planFor(policy, ["true"]));
      for (let turn = 0; turn < count % 20; turn += 1) await new Promise(setImmediate);
      await sandbox.close();
      expect(processesWith(base)).toEqual([]);
    }
    await executor.close();
    expect(readdirSync(base)).toEqual([]);
    rmSync(base, { recursive: true });
  }, 60_000);

  it("leaves no zombie where the host is process 1, as in a container", async () => {
    const script = fileURLToPath(new URL("./support/init-host.ts", import.meta.url));
    const args = ["--fork", "--pid", "--mount-proc", process.execPath, "--conditions=@assay/source", script];
    const { stdout } = spawnSync("unshare", process.getuid?.() === 0 ? args : ["--map-root-user", ...args], {
      encoding: "utf8",
    });
    expect(stdout).toBe("process 1; 20 runs, 0 zombies; the control has 1\n");
  });
});

describe("the working directory", () => {
  it("lives across the commands of one sandbox, and is another one in the next", async () => {
    const policy = await testPolicy();
    const write = planFor(policy, ["sh", "-c", "echo kept > note"]);
    const read = planFor(policy, ["cat", "note"]);
    await using first = await open(policy);
    await using second = await open(policy);
    await first.run(write);
    expect(text((await first.run(read)).stdout.bytes)).toBe("kept\n");
    expect((await second.run(read)).outcome).toEqual({ kind: "exited", exitCode: 1 });
  });

  it("starts each command in a /tmp of its own", async () => {
    const policy = await testPolicy();
    await using sandbox = await open(policy);
    await sandbox.run(planFor(policy, ["sh", "-c", "echo x > /tmp/x"]));
    expect((await sandbox.run(planFor(policy, ["cat", "/tmp/x"]))).outcome).toEqual({
      kind: "exited",
      exitCode: 1,
    });
  });

  it.each([
    { name: "directories without permissions", script: "mkdir -p a/b && : > a/b/c && chmod 000 a/b a" },
    {
      name: "directories nested a thousand deep",
      script: 'perl -e \'for (1..1000) { mkdir "d" x 200; chdir "d" x 200 }\'',
    },
    { name: "names that are not UTF-8", script: 'perl -e \'open F, ">", "\\xff\\xfe\\n\\x1b[0m"\'' },
    {
      name: "a FIFO, a socket and a symbolic link to the host",
      script:
        "mkfifo f && ln -s / root && perl -e 'use Socket; socket(S, AF_UNIX, SOCK_STREAM, 0); bind(S, pack_sockaddr_un(\"s\"))'",
    },
  ])("is removed with everything in it: $name", async ({ script }) => {
    const baseDirectory = passableDirectory("assay-removal-");
    const executor = createProcessExecutor({ baseDirectory });
    const policy = await testPolicy();
    const sandbox = await executor.open({ network: false, programs: policy.programs });
    expect((await sandbox.run(planFor(policy, ["sh", "-c", script]))).outcome).toEqual({
      kind: "exited",
      exitCode: 0,
    });
    await sandbox.close();
    const [state = ""] = readdirSync(baseDirectory);
    expect(readdirSync(join(baseDirectory, state)).filter((name) => name.startsWith("work-"))).toEqual([]);
    await executor.close();
    expect(readdirSync(baseDirectory)).toEqual([]);
    rmSync(baseDirectory, { recursive: true });
    expect(existsSync("/etc/passwd")).toBe(true);
  });

  it("cannot be left through a symbolic link that an earlier command planted", async () => {
    const policy = await testPolicy();
    await using sandbox = await open(policy);
    await sandbox.run(planFor(policy, ["sh", "-c", "ln -s /usr out && mkdir in"]));
    const there = await sandbox.run(planFor(policy, ["sh", "-c", "pwd"], { workingDirectory: "in" }));
    expect(text(there.stdout.bytes)).toBe("/work/in\n");
    const out = await sandbox.run(planFor(policy, ["sh", "-c", "pwd"], { workingDirectory: "out" }));
    expect(out.outcome).toMatchObject({
      kind: "spawn-failed",
      detail: expect.stringContaining("working directory"),
    });
  });
});
