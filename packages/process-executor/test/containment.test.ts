import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultPolicy } from "@assay/sandbox-policy";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DENIED_SYSCALLS } from "../src/seccomp/denied-syscalls.ts";
import { text, useExecutor } from "./support/sandboxed.ts";
import { runUnprotected } from "./support/unprotected.ts";

const { sh, run, executor } = useExecutor();

describe("the review's complaint: allow_network is never enforced", () => {
  let listener: Server;
  let abstractListener: Server;
  let port = 0;
  const abstractName = `assay-test-${process.pid}`;
  const connect = (address: string) =>
    `use IO::Socket::INET; exit(IO::Socket::INET->new(PeerAddr => '${address}', Timeout => 2) ? 0 : 1)`;
  const connectAbstract = `use Socket; socket(my $s, AF_UNIX, SOCK_STREAM, 0) or exit 2; exit(connect($s, pack('S a*', AF_UNIX, "\\0${abstractName}")) ? 0 : 1)`;

  beforeAll(async () => {
    listener = createServer((socket) => socket.end());
    abstractListener = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    await new Promise<void>((resolve) => abstractListener.listen(`\0${abstractName}`, resolve));
    const address = listener.address();
    port = typeof address === "object" && address !== null ? address.port : 0;
  });
  afterAll(() => {
    listener.close();
    abstractListener.close();
  });

  it("reaches a listener on loopback only when the network is allowed", async () => {
    const probe = ["perl", "-e", connect(`127.0.0.1:${port}`)];
    expect((await runUnprotected(probe)).exitCode).toBe(0);
    expect((await run(probe)).outcome).toEqual({ kind: "exited", exitCode: 1 });
    expect((await run(probe, {}, { allowNetwork: true })).outcome).toEqual({ kind: "exited", exitCode: 0 });
  });

  it("has no interface but a loopback of its own without the network", async () => {
    const result = await sh("sed 1,2d /proc/net/dev | cut -d: -f1");
    expect(text(result.stdout.bytes).trim()).toBe("lo");
  });

  it("gives the network and only that: files stay confined", async () => {
    const result = await sh(
      "cat /etc/shadow || touch /usr/x || cat /etc/resolv.conf >/dev/null && echo resolver",
      {},
      { allowNetwork: true },
    );
    expect(text(result.stdout.bytes)).toBe("resolver\n");
  });

  it("keeps abstract Unix sockets of the host out of reach, with the network and without", async () => {
    const probe = ["perl", "-e", connectAbstract];
    expect((await runUnprotected(probe)).exitCode).toBe(0);
    expect((await run(probe)).outcome).toEqual({ kind: "exited", exitCode: 1 });
    expect((await run(probe, {}, { allowNetwork: true })).outcome).toEqual({ kind: "exited", exitCode: 2 });
  });

  it.each([
    { family: "AF_NETLINK", number: 16, kind: 3 },
    { family: "AF_VSOCK", number: 40, kind: 1 },
    { family: "AF_PACKET", number: 17, kind: 3 },
  ])("refuses $family sockets in both", async ({ number, kind }) => {
    const probe = ["perl", "-e", `exit(socket(my $s, ${number}, ${kind}, 0) ? 0 : $!{EPERM} ? 1 : 2)`];
    expect((await run(probe)).outcome).toEqual({ kind: "exited", exitCode: 1 });
    expect((await run(probe, {}, { allowNetwork: true })).outcome).toEqual({ kind: "exited", exitCode: 1 });
  });
});

describe("files", () => {
  it.each(["/", "/usr", "/etc", "/dev", "/bin", "/proc"])("cannot be made in %s", async (directory) => {
    const result = await sh(`: > ${directory}/assay-escape`);
    expect(result.outcome.kind === "exited" && result.outcome.exitCode !== 0).toBe(true);
    expect(readdirSync(directory)).not.toContain("assay-escape");
  });

  it("cannot be made in a directory of the host that is open to everybody", async () => {
    const open = mkdtempSync(join(tmpdir(), "assay-open-"));
    chmodSync(open, 0o777);
    const write = ["sh", "-c", `echo escaped > ${open}/file`];
    expect((await runUnprotected(write)).exitCode).toBe(0);
    rmSync(join(open, "file"));
    expect((await run(write)).outcome).not.toEqual({ kind: "exited", exitCode: 0 });
    expect(readdirSync(open)).toEqual([]);
    rmSync(open, { recursive: true });
  });

  it("can be made in the working directory and in /tmp, and are gone afterwards", async () => {
    const result = await sh("echo a > /work/a && echo b > /tmp/b && cat /work/a /tmp/b");
    expect(text(result.stdout.bytes)).toBe("a\nb\n");
  });

  it("of the host are not there: /etc/shadow, /root, /home, /var, /run", async () => {
    expect((await runUnprotected(["sh", "-c", "test -e /etc/shadow && test -d /var"])).exitCode).toBe(0);
    const result = await sh(
      "for f in /etc/shadow /root /home /var /run /boot /mnt /srv /opt; do test -e $f && echo $f; done; exit 0",
    );
    expect(text(result.stdout.bytes)).toBe("");
  });

  it("of the host cannot be reached through /proc", async () => {
    const secret = mkdtempSync(join(tmpdir(), "assay-secret-"));
    chmodSync(secret, 0o755);
    writeFileSync(join(secret, "file"), "secret", { mode: 0o644 });
    try {
      const control = await runUnprotected(["sh", "-c", `cat /proc/self/root${secret}/file`]);
      expect(control.stdout).toBe("secret");
      const paths = [
        "/proc/self/root",
        "/proc/1/root",
        `/proc/${process.pid}/root`,
        `/proc/${process.pid}/cwd`,
      ];
      const result = await sh(
        `for p in ${paths.join(" ")}; do cat $p${secret}/file; done; cat /proc/${process.pid}/environ`,
      );
      expect(text(result.stdout.bytes)).toBe("");
    } finally {
      rmSync(secret, { recursive: true });
    }
  });

  it("show one user, whoever runs the validator", async () => {
    const result = await sh("id -un; id -u; cat /etc/passwd");
    expect(text(result.stdout.bytes)).toBe("sandbox\n1000\nsandbox:x:1000:1000:sandbox:/work:/bin/sh\n");
  });

  it("of setuid programs give no privilege", async () => {
    const result = await sh("grep NoNewPrivs /proc/self/status; su -c id root </dev/null");
    expect(text(result.stdout.bytes)).toBe("NoNewPrivs:\t1\n");
  });
});

describe("the host's processes", () => {
  it("are not visible: the command is in a PID namespace of its own", async () => {
    const pids = "ls /proc | grep -c '^[0-9]'";
    expect(Number((await runUnprotected(["sh", "-c", pids])).stdout)).toBeGreaterThan(10);
    expect(Number(text((await sh(pids)).stdout.bytes))).toBeLessThan(8);
  });

  it("survive kill -9 -1 from inside", async () => {
    const result = await sh("kill -9 -1; echo alive");
    expect(["exited", "signalled"]).toContain(result.outcome.kind);
  });

  it("do not run the command as root: a file it makes belongs to nobody special", async () => {
    const report = await executor().probe();
    const user = report.protections.find(({ protection }) => protection === "unprivileged-user");
    expect(user).toMatchObject({ status: "active" });
  });
});

describe("what a command is given", () => {
  it("is exactly the environment of its plan", async () => {
    process.env["ASSAY_TEST_SECRET"] = "secret";
    try {
      expect((await runUnprotected(["sh", "-c", "echo $ASSAY_TEST_SECRET"])).stdout).toBe("secret\n");
      const result = await run(
        ["perl", "-e", 'print join("\\n", map { "$_=$ENV{$_}" } sort keys %ENV)'],
        {
          env: [["GREETING", "a 'quoted' $HOME `id` \\ \" word"]],
        },
        { environmentWhitelist: ["GREETING"] },
      );
      expect(text(result.stdout.bytes).split("\n")).toEqual([
        "GREETING=a 'quoted' $HOME `id` \\ \" word",
        "HOME=/work",
        "LANG=C.UTF-8",
        "PATH=/usr/local/bin:/usr/bin:/bin",
        "TMPDIR=/tmp",
      ]);
    } finally {
      delete process.env["ASSAY_TEST_SECRET"];
    }
  });

  it("is no descriptor beyond its three streams", async () => {
    const result = await run([
      "perl",
      "-e",
      'opendir(my $d, "/proc/self/fd"); print join(",", sort grep { /\\d/ && $_ != fileno($d) } readdir $d)',
    ]);
    expect(text(result.stdout.bytes)).toBe("0,1,2");
  });

  it("is its arguments as they are: no shell reads them", async () => {
    const args = [
      "&& touch /work/x",
      "$(id)",
      "`id`",
      "a\nb",
      "'",
      "''\\''",
      "\r",
      "-n",
      "",
      "*",
      "\u202e",
      "\t",
    ];
    const result = await run(["perl", "-e", 'print join("\\0", @ARGV)', "--", ...args]);
    expect(text(result.stdout.bytes).split("\0")).toEqual(args);
  });

  it("is the name that was asked for as argv[0]", async () => {
    const result = await run(["sh", "-c", "cat /proc/$$/cmdline | tr '\\0' ' '"]);
    expect(text(result.stdout.bytes)).toMatch(/^\/usr\/bin\/sh |^\/bin\/sh /);
  });

  it("is limits: core dumps, open files, file size, processes and CPU time", async () => {
    const result = await sh(
      "ulimit -c; ulimit -n; ulimit -f; ulimit -t",
      {},
      {
        limits: {
          ...defaultPolicy().limits,
          maxOpenFiles: 77,
          maxFileSizeBytes: 1_048_576,
          cpuTimeMs: 9000,
        },
      },
    );
    expect(text(result.stdout.bytes)).toBe("0\n77\n2048\n9\n");
  });

  it("is not more CPU time than its limit, on however many threads", async () => {
    const limits = { ...defaultPolicy().limits, cpuTimeMs: 1000 };
    const result = await sh("while :; do :; done", { timeoutMs: 20_000 }, { limits });
    expect(result.outcome).toEqual({ kind: "signalled", signal: "SIGXCPU" });
  });

  it("is not a file larger than its limit", async () => {
    const limits = { ...defaultPolicy().limits, maxFileSizeBytes: 10_240 };
    const result = await sh("head -c 1000000 /dev/zero > big; stat -c %s big", {}, { limits });
    expect(text(result.stdout.bytes)).toBe("10240\n");
  });
});

describe("system calls that no evaluation needs", () => {
  const architecture = process.arch === "arm64" ? "arm64" : "x64";
  const here = DENIED_SYSCALLS.filter((syscall) => syscall[architecture] !== null);

  it("are refused with EPERM, every one of the table", async () => {
    const numbers = here.map((syscall) => syscall[architecture]);
    const script = `for my $n (${numbers.join(",")}) { my $r = syscall($n, 0xffffffff, 0, 0, 0, 0); print $r < 0 ? $! + 0 : "ran", "\\n" }`;
    const answers = text((await run(["perl", "-e", script])).stdout.bytes)
      .trim()
      .split("\n");
    expect(here.map(({ name }, index) => `${name}: ${answers[index]}`)).toEqual(
      here.map(({ name }) => `${name}: 1`),
    );
  });

  it("are there for a process outside: personality answers", async () => {
    const personality = here.find(({ name }) => name === "personality")?.[architecture];
    const control = await runUnprotected(["perl", "-e", `print syscall(${personality}, 0xffffffff)`]);
    expect(control.stdout).toBe("0");
  });

  it("are refused through the table of another machine too", async () => {
    const getpidOfX32 = 0x40000000 + 39;
    const result = await run([
      "perl",
      "-e",
      `my $r = syscall(${getpidOfX32}); print $r < 0 ? $! + 0 : "ran"`,
    ]);
    expect(text(result.stdout.bytes)).toBe("38");
  });
});

it("leaves no secret of this process in anything it tells a command", async () => {
  const result = await sh("cat /proc/*/environ /proc/*/cmdline 2>/dev/null | tr '\\0' '\\n'");
  const said = text(result.stdout.bytes);
  for (const secret of [
    process.cwd(),
    readFileSync("/etc/hostname", "utf8").trim(),
    tmpdir() === "/tmp" ? "/tmp/assay-" : tmpdir(),
  ]) {
    expect(said).not.toContain(secret);
  }
});
