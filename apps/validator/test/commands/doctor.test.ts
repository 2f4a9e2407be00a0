import { PROTECTIONS } from "@assay/process-executor";
import { describe, expect, it } from "vitest";
import { assay, parseDoctorReport } from "../support/assay.ts";
import { WITHOUT_BUBBLEWRAP } from "../support/without-bubblewrap.ts";

describe("on a machine that can isolate", () => {
  it("is ready, and has every protection in its table", async () => {
    const { exitCode, stdout } = await assay(["doctor"]);
    expect(exitCode).toBe(0);
    for (const protection of PROTECTIONS)
      expect(stdout).toMatch(new RegExp(`^${protection} +active +\\S`, "m"));
    expect(stdout).toContain(
      `Node ${process.versions.node} on ${process.platform}-${process.arch}: guests can wait for commands`,
    );
    expect(stdout.trimEnd().split("\n").at(-1)).toBe(
      "READY  This machine can evaluate, and isolate every command.",
    );
  });

  it("prints one object with --json", async () => {
    const { exitCode, stdout } = await assay(["doctor", "--json"]);
    expect(exitCode).toBe(0);
    expect(parseDoctorReport(stdout)).toMatchObject({ outcome: "ready", isolated: true, error: null });
  });
});

describe("on a machine without bubblewrap", () => {
  it("is not ready, and says what is missing and what to do", async () => {
    const { exitCode, stdout } = await assay(["doctor"], { within: WITHOUT_BUBBLEWRAP });
    expect(exitCode).toBe(4);
    const verdict = stdout.trimEnd().split("\n").at(-1);
    expect(verdict).toMatch(
      /^NOT READY {2}commands cannot be isolated: bubblewrap is unavailable \(.*apt-get install bubblewrap\)$/,
    );
  });

  it("names the protection with --json", async () => {
    const { exitCode, stdout } = await assay(["doctor", "--json"], { within: WITHOUT_BUBBLEWRAP });
    expect(exitCode).toBe(4);
    const report = parseDoctorReport(stdout);
    expect(report).toMatchObject({ outcome: "isolation-unavailable", isolated: false });
    expect(report.error?.message).toContain("bubblewrap");
  });
});
