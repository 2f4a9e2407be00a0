import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { closeInheritableDescriptors, createProcessExecutor, PROTECTIONS } from "../../src/index.ts";
import { passableDirectory } from "../support/directories.ts";
import { fakeBubblewrap } from "../support/fake-bubblewrap.ts";

const SANDBOX = { network: false, programs: [] };
closeInheritableDescriptors();

describe("probe", () => {
  it("sees every protection active on this host, within its 5 seconds", async () => {
    await using executor = createProcessExecutor();
    const report = await executor.probe();
    expect(report.protections.filter(({ status }) => status !== "active")).toEqual([]);
    expect(report.protections.map(({ protection }) => protection)).toEqual(PROTECTIONS);
    expect(report.isolated).toBe(true);
    expect(report.durationMs).toBeLessThan(5000);
  });

  it("reports a host without bubblewrap with the way to get it, and open refuses by name", async () => {
    await using executor = createProcessExecutor({ bubblewrapPath: "/usr/bin/not-installed" });
    const report = await executor.probe();
    expect(report.isolated).toBe(false);
    expect(report.protections.every(({ detail }) => detail.includes("apt-get install bubblewrap"))).toBe(
      true,
    );
    await expect(executor.open(SANDBOX)).rejects.toMatchObject({
      failure: { code: "ISOLATION_UNAVAILABLE", protection: "bubblewrap" },
    });
  });

  it("refuses a bubblewrap that others than root could replace", async () => {
    const { directory, path } = fakeBubblewrap("echo bubblewrap 0.8.0");
    try {
      chmodSync(path, 0o777);
      await using executor = createProcessExecutor({ bubblewrapPath: path });
      await expect(executor.open(SANDBOX)).rejects.toThrow("could be replaced");
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it.each([
    { name: "a bubblewrap that is too old", script: "echo bubblewrap 0.7.9", said: "at least 0.8 is needed" },
    {
      name: "one that fails to make namespaces, in its own words",
      script:
        '[ "$1" = --version ] && echo bubblewrap 0.8.0 && exit; echo "bwrap: setting up uid map: Permission denied" >&2; exit 1',
      said: "setting up uid map: Permission denied",
    },
    {
      name: "one that isolates nothing at all",
      script: '[ "$1" = --version ] && echo bubblewrap 0.8.0 && exit; exec /bin/sh',
      said: "is unavailable",
    },
  ])("refuses $name", async ({ script, said }) => {
    const { directory, path } = fakeBubblewrap(script);
    try {
      await using executor = createProcessExecutor({ bubblewrapPath: path });
      await expect(executor.open(SANDBOX)).rejects.toThrow(said);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("leaves nothing behind when the host is refused", async () => {
    const base = passableDirectory("assay-refused-");
    const { directory, path } = fakeBubblewrap(
      '[ "$1" = --version ] && echo bubblewrap 0.8.0 && exit; exit 1',
    );
    const executor = createProcessExecutor({ bubblewrapPath: path, baseDirectory: base });
    await expect(executor.open(SANDBOX)).rejects.toMatchObject({
      failure: { code: "ISOLATION_UNAVAILABLE" },
    });
    await executor.close();
    expect(readdirSync(base)).toEqual([]);
    rmSync(base, { recursive: true });
    rmSync(directory, { recursive: true });
  });

  it("refuses a base directory that the sandbox's user could not reach, by name", async () => {
    const base = mkdtempSync(join(tmpdir(), "assay-closed-"));
    const executor = createProcessExecutor({ baseDirectory: base });
    if (process.getuid?.() === 0) {
      await expect(executor.open(SANDBOX)).rejects.toMatchObject({
        failure: { code: "WORK_DIRECTORY_FAILED", path: base },
      });
    } else {
      await (await executor.open(SANDBOX)).close();
    }
    await executor.close();
    rmSync(base, { recursive: true });
  });

  it("refuses to run commands as the host's root", async () => {
    if (process.getuid?.() !== 0) return;
    await using executor = createProcessExecutor({ hostUser: { uid: 0, gid: 0 } });
    await expect(executor.open(SANDBOX)).rejects.toMatchObject({
      failure: { protection: "unprivileged-user" },
    });
  });
});
