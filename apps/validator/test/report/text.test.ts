import { describe, expect, it } from "vitest";
import { failedReport } from "../../src/evaluation/build-report.ts";
import { plain } from "../../src/report/paint.ts";
import type { CommandReport, EvaluationReport } from "../../src/report/schema.ts";
import { renderText } from "../../src/report/text.ts";
import { assay, assayJson, temporaryFile } from "../support/assay.ts";
import { talkingGuest } from "../support/guest-module.ts";

const ran = {
  outcome: "exited",
  program: "sh",
  args: ["-c", "echo hello world"],
  argsOmitted: 0,
  exitCode: 0,
  signal: null,
  detail: null,
  stdinBytes: 0,
  stdoutBytes: 12,
  stderrBytes: 2048,
  truncated: false,
  durationMs: 3.4,
  planSha256: "0".repeat(64),
} satisfies CommandReport;

const valid: EvaluationReport = {
  ...failedReport("evaluate", { code: "INTERNAL", message: "" }),
  outcome: "valid",
  score: "10000",
  valid: true,
  message: "all cases passed",
  error: null,
  memoryPeakBytes: 131_072,
  fuelUsed: 4242,
  fuelVersion: 1,
  slices: 3,
  cpuTimeMs: 2.5,
  durationMs: 412,
  abi: "head",
  moduleSha256: "ab".repeat(32),
  policySha256: "cd".repeat(32),
  policyFile: "policy.json",
};

const text = (report: EvaluationReport, width = 80) => renderText(report, { width, paint: plain });

describe("a report", () => {
  it("says that it was deterministic, and where the clock began", () => {
    const lines = text({ ...valid, deterministic: true, clockStartMs: -1 })
      .trimEnd()
      .split("\n");
    expect(lines.at(-1)).toContain(" · deterministic · clock from -1 · ABI head · ");
    expect(text({ ...valid, deterministic: false, clockStartMs: null })).not.toMatch(/deterministic|clock/);
  });

  it("has the verdict, the commands, the denials and the facts, in this order", () => {
    const denied: CommandReport = {
      outcome: "denied",
      program: "ls",
      args: ["-l"],
      argsOmitted: 0,
      denied: [{ code: "PROGRAM_NOT_LISTED", message: "not in the list" }],
      reasonsOmitted: 0,
    };
    const killed: CommandReport = {
      ...ran,
      outcome: "signalled",
      exitCode: null,
      signal: "SIGSEGV",
      truncated: true,
    };
    expect(text({ ...valid, commands: [ran, killed, denied] })).toMatchInlineSnapshot(`
      "VALID  score 10000  all cases passed

      program  arguments              outcome              stdout   stderr  time
      sh       -c 'echo hello world'  exit 0                 12 B  2.0 KiB  3 ms
      sh       -c 'echo hello world'  SIGSEGV, output cut    12 B  2.0 KiB  3 ms
      ls       -l                     denied

      Denied:
        ls -l
          - not in the list

      412 ms · 128.0 KiB of memory · 4242 of fuel · ABI head · module abababababab · policy cdcdcdcdcdcd
      "
    `);
  });

  it("is no longer than it has to be when nothing ran", () => {
    expect(text(valid)).toMatchInlineSnapshot(`
      "VALID  score 10000  all cases passed

      412 ms · 128.0 KiB of memory · 4242 of fuel · ABI head · module abababababab · policy cdcdcdcdcdcd
      "
    `);
  });

  it("cuts arguments to the width of the terminal, not the columns beside them", () => {
    const [, titles, row] = text({ ...valid, commands: [{ ...ran, args: ["x".repeat(500)] }] }, 60).split(
      /\n\n|\n/,
    );
    expect(titles).toHaveLength(60);
    expect(row).toMatch(/^sh {7}x+… {2}exit 0 {5}12 B {2}2\.0 KiB {2}3 ms$/);
  });

  it("tells the same denial once, with how often it happened", () => {
    const denied: CommandReport = {
      outcome: "denied",
      program: "ls",
      args: [],
      argsOmitted: 0,
      denied: [{ code: "X", message: "no" }],
      reasonsOmitted: 2,
    };
    expect(text({ ...valid, commands: [denied, denied, denied] })).toContain(
      "Denied:\n  ls\n    - no\n    - and 2 more reasons\n    (3 times)",
    );
  });

  it("shows forty commands and counts the rest", () => {
    const rendered = text({ ...valid, commands: Array<CommandReport>(50).fill(ran), commandsOmitted: 5 });
    expect(rendered.match(/^sh /gm)).toHaveLength(40);
    expect(rendered).toContain("… and 15 more; --json has the first 1000");
  });

  it("says what can be done about a failure, where the failure does not", () => {
    expect(
      text(failedReport("evaluate", { code: "DEADLINE", message: "the evaluation did not end within 5 ms" })),
    ).toMatchInlineSnapshot(`
      "FAILED  DEADLINE: the evaluation did not end within 5 ms
      Raise --timeout-ms if the challenge needs longer.

      0 ms
      "
    `);
  });

  it("says when the default policy applied", () => {
    expect(text({ ...valid, policyFile: null })).toContain(
      "No policy was given, so the default policy applied: it denies every command.",
    );
  });
});

describe("a challenge that writes escape codes everywhere", () => {
  const hostile = "\u001b[2J\u001b]0;owned\u0007\u202eevil\nVALID  score 10000";
  const challenge = () =>
    temporaryFile(
      "hostile.wasm",
      talkingGuest([`ls${hostile}`, hostile], hostile, {
        score: 0n,
        valid: false,
        message: hostile,
        metrics: null,
        details: null,
      }),
    );

  it("cannot put one on the terminal, nor a line of its own", async () => {
    const { stdout, stderr } = await assay(["evaluate", challenge(), "--submission", "-"]);
    expect(`${stdout}${stderr}`).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
    expect(stdout).toMatch(/^NOT VALID {2}score 0 {2}\\u\{1b\}\[2J/);
    expect(stdout.match(/^VALID/gm)).toBeNull();
  });

  it("is quoted exactly with --json, which is as safe to look at", async () => {
    const { stdout, report } = await assayJson(["evaluate", challenge(), "--submission", "-"]);
    expect(stdout).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
    expect(report.message).toBe(hostile);
    expect(report.commands).toMatchObject([{ outcome: "denied", program: `ls${hostile}`, args: [hostile] }]);
  });
});
