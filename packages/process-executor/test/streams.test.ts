import { describe, expect, it } from "vitest";
import { collectNaively, inputErrorOf, outputOutlivesExit, runNaively } from "./support/naive.ts";
import { endAllWith, uniqueMarker } from "./support/processes.ts";
import { text, useExecutor } from "./support/sandboxed.ts";

const MIB = 1024 * 1024;
const { sh, run } = useExecutor();

/** Writes `bytes` of a letter to a stream in large chunks. */
const WRITE_PERL = (handle: string, letter: string, bytes: number) =>
  `binmode(${handle}); my $c = '${letter}' x 65536; my $n = ${bytes}; while ($n > 0) { my $w = syswrite(${handle}, $c, $n < 65536 ? $n : 65536); die unless $w; $n -= $w; }`;

describe("the review's complaint: waiting before draining the pipes deadlocks", () => {
  it("takes 1 MB on standard output and 1 MB on standard error at once", async () => {
    const script = `use strict; for my $i (1..16) { for my $h (\\*STDOUT, \\*STDERR) { my $c = 'x' x 65536; my $n = 0; while ($n < 65536) { $n += syswrite($h, $c, 65536 - $n) } } }`;
    expect(await runNaively(["perl", "-e", script])).toBe("stuck");
    const result = await run(["perl", "-e", script]);
    expect(result.outcome).toEqual({ kind: "exited", exitCode: 0 });
    expect(result.stdout).toMatchObject({ seenBytes: MIB, truncated: false });
    expect(result.stderr).toMatchObject({ seenBytes: MIB, truncated: false });
  });

  it("feeds 4 MiB of standard input to a child that first writes 1 MB", async () => {
    const stdin = new Uint8Array(4 * MIB).fill(97);
    const script = `${WRITE_PERL("STDOUT", "o", MIB)} my $got = 0; my $b; while (my $n = sysread(STDIN, $b, 65536)) { $got += $n } print STDERR $got;`;
    expect(await runNaively(["perl", "-e", script], stdin)).toBe("stuck");
    const result = await run(["perl", "-e", script], { stdin });
    expect(result.outcome).toEqual({ kind: "exited", exitCode: 0 });
    expect(text(result.stderr.bytes)).toBe(String(4 * MIB));
    expect(result.stdin).toEqual({ offeredBytes: 4 * MIB, writtenBytes: 4 * MIB, closedEarly: false });
  });

  it("settles although a background process holds standard output past the deadline", async () => {
    const marker = uniqueMarker();
    expect(await outputOutlivesExit(["sh", "-c", `sh -c 'sleep 60; : ${marker}' & exit 0`])).toBe(true);
    await endAllWith(marker);

    const result = await sh("sleep 60 & echo gone; exit 0", { timeoutMs: 5000 });
    expect(result.outcome).toEqual({ kind: "exited", exitCode: 0 });
    expect(text(result.stdout.bytes)).toBe("gone\n");
    expect(result.durationMs).toBeLessThan(5000);
  });

  it("keeps standard output whole under a flood of standard error", async () => {
    const result = await sh("head -c 20000000 /dev/zero >&2 & printf whole; wait");
    expect(text(result.stdout.bytes)).toBe("whole");
    expect(result.stderr).toMatchObject({ seenBytes: 20_000_000, truncated: true });
  });
});

describe("the review's complaint: output is read without bound", () => {
  it("counts 1 GB under a limit of 1 MiB while this process grows by less than 16 MiB", async () => {
    await sh("head -c 10000000 /dev/zero");
    const { result, growthBytes } = await memoryGrowth(() => sh("head -c 1000000000 /dev/zero"));
    expect(result.outcome).toEqual({ kind: "exited", exitCode: 0 });
    expect(result.stdout.seenBytes).toBe(1_000_000_000);
    expect(result.stdout.bytes.byteLength).toBe(MIB);
    expect(growthBytes).toBeLessThan(16 * MIB);

    const control = await memoryGrowth(() => collectNaively(["head", "-c", "100000000", "/dev/zero"]));
    expect(control.growthBytes).toBeGreaterThan(16 * MIB);
  });

  it.each([
    { name: "flags nothing at exactly the limit", written: 1000, kept: 1000, truncated: false },
    { name: "flags one byte more", written: 1001, kept: 1000, truncated: true },
    { name: "flags nothing when nothing is written", written: 0, kept: 0, truncated: false },
  ])("$name", async ({ written, kept, truncated }) => {
    const result = await sh(`head -c ${written} /dev/zero`, {}, { maxOutputBytes: 1000 });
    expect(result.stdout).toMatchObject({ seenBytes: written, truncated });
    expect(result.stdout.bytes.byteLength).toBe(kept);
  });

  it("never blocks a child that goes on writing past the limit", async () => {
    const result = await sh("head -c 5000000 /dev/zero; echo end >&2", {}, { maxOutputBytes: 10 });
    expect(text(result.stderr.bytes)).toBe("end\n");
  });

  it("keeps bytes as they are: NUL, invalid UTF-8, a character cut by the limit", async () => {
    const result = await sh("printf '\\000\\377\\303\\251'", {}, { maxOutputBytes: 3 });
    expect([...result.stdout.bytes]).toEqual([0, 255, 0xc3]);
    expect(result.stdout.truncated).toBe(true);
  });
});

describe("the review's complaint: errors on standard input vanish", () => {
  it("reports a child that closes standard input at once, and returns its result", async () => {
    const stdin = new Uint8Array(4 * MIB);
    expect(await inputErrorOf(["sh", "-c", "exec <&-; exit 3"], stdin)).toMatch(/^EPIPE$|^ECONNRESET$/);
    const result = await sh("exec <&-; echo closed; exit 3", { stdin });
    expect(result.outcome).toEqual({ kind: "exited", exitCode: 3 });
    expect(text(result.stdout.bytes)).toBe("closed\n");
    expect(result.stdin.offeredBytes).toBe(4 * MIB);
    expect(result.stdin.closedEarly).toBe(true);
    expect(result.stdin.writtenBytes).toBeLessThan(4 * MIB);
  });

  it("reports a child that never reads when it is ended at its deadline", async () => {
    const result = await sh("sleep 60", { stdin: new Uint8Array(4 * MIB), timeoutMs: 300 });
    expect(result.outcome.kind).toBe("timed-out");
    expect(result.stdin.closedEarly).toBe(true);
  });

  it("gives end-of-file at once where there is no input", async () => {
    const result = await run(["cat"]);
    expect(result.outcome).toEqual({ kind: "exited", exitCode: 0 });
    expect(result.stdin).toEqual({ offeredBytes: 0, writtenBytes: 0, closedEarly: false });
  });

  it("hands bytes through unchanged", async () => {
    const stdin = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 7) & 255);
    expect(Buffer.from(stdin).equals((await run(["cat"], { stdin })).stdout.bytes)).toBe(true);
  });
});

it("lets a command open /dev/stdout and /dev/stderr again, as real pipes do", async () => {
  const result = await sh("echo out > /dev/stdout; echo err > /dev/stderr");
  expect(text(result.stdout.bytes)).toBe("out\n");
  expect(text(result.stderr.bytes)).toBe("err\n");
});

it("shows chunks to the caller as they arrive, and never more than was kept", async () => {
  const chunks: string[] = [];
  const result = await sh(
    "printf abcdef",
    { onStdout: (chunk) => chunks.push(text(chunk)) },
    { maxOutputBytes: 4 },
  );
  expect(chunks.join("")).toBe("abcd");
  expect(result.stdout.seenBytes).toBe(6);
});

/** How much this process grew at most while something ran, by what the operating system counts. */
async function memoryGrowth<T>(
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly growthBytes: number }> {
  const before = process.memoryUsage.rss();
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 5);
  const result = await work();
  clearInterval(watch);
  return { result, growthBytes: Math.max(peak, process.memoryUsage.rss()) - before };
}
