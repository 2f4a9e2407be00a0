import { describe, expect, it } from "vitest";
import type { EvaluationReport } from "../../src/report/schema.ts";
import { assay, assayJson, CONTEST, CONTEST_POLICY, example, temporaryFile } from "../support/assay.ts";
import { SEEN_BYTES, witnessGuest } from "../support/guest-module.ts";

const DETERMINISTIC = ["--deterministic", "--log-level", "silent"];

/** A report without what is measured, and without the number of the run, which no guest is told. */
function repeatable({ commands, ...report }: EvaluationReport) {
  const {
    evaluationId: _id,
    durationMs: _durationMs,
    cpuTimeMs: _cpuTimeMs,
    slices: _slices,
    ...rest
  } = report;
  return { ...rest, commands: commands.map((command) => ({ ...command, durationMs: 0 })) };
}

describe("two deterministic evaluations", () => {
  const contest = ["evaluate", CONTEST, "--policy", CONTEST_POLICY, "--submission"];
  const probe = ["evaluate", example("probe/probe.wasm"), "--policy", example("probe/probe.policy.json")];

  it.each([
    { name: "a good submission", args: [...contest, example("contest/submissions/good.sh")], logs: 0 },
    { name: "a bad submission", args: [...contest, example("contest/submissions/off-by-one.sh")], logs: 3 },
    { name: "the probe", args: [...probe, "--submission", "-"], logs: 13 },
  ])("of $name are the same in all but measured durations", async ({ args, logs }) => {
    const first = (await assayJson([...args, ...DETERMINISTIC])).report;
    const second = (await assayJson([...args, ...DETERMINISTIC])).report;
    expect(first.error).toBeNull();
    expect(first.fuelUsed).toBeGreaterThan(0);
    expect(first.logs).toHaveLength(logs);
    expect(repeatable(second)).toEqual(repeatable(first));
  });

  it("say so, and where the clock began", async () => {
    const submission = ["--submission", "-"];
    const { report } = await assayJson(["evaluate", CONTEST, ...submission, ...DETERMINISTIC]);
    expect(report).toMatchObject({ deterministic: true, clockStartMs: 1_700_000_000_000 });
    const from = [...DETERMINISTIC, "--timestamp", "5"];
    const { stdout } = await assay(["validate", CONTEST, ...submission, ...from]);
    expect(stdout).toContain(" · deterministic · clock from 5 · ");
  });
});

describe("a challenge that returns all that it saw", () => {
  const show = 'pwd; env; hostname; id; echo "$$ $PPID"; exit 3';
  const commands = [
    ["sh", "-c", show],
    ["sh", "-c", "kill -9 $$"],
    ["ls"],
    ["sh", "-c", show],
    ["sleep", "9"],
  ];
  const policy = { allowedCommands: ["sh", { program: "sleep", limits: { maxExecutionTimeMs: 200 } }] };

  async function seen(options: readonly string[]): Promise<Buffer> {
    const challenge = temporaryFile("witness.wasm", witnessGuest(commands));
    const policyFile = temporaryFile("policy.json", JSON.stringify(policy));
    const args = ["evaluate", challenge, "--policy", policyFile, "--submission", "-", ...options];
    const { report } = await assayJson(args);
    expect(report.error).toBeNull();
    return Buffer.from(report.detailsBase64 ?? "", "base64");
  }

  it("returns the same bytes again, with a clock that moved as it computed, and one kind of NaN", async () => {
    const first = await seen(DETERMINISTIC);
    expect(await seen(DETERMINISTIC)).toEqual(first);
    const times = commands.map((_, index) => Number(first.readBigInt64LE(SEEN_BYTES * index)));
    const startMs = 1_700_000_000_000;
    // 21 million units of fuel lie between two looks.
    expect(times.map((time) => time - startMs)).toEqual([0, 2, 4, 6, 8]);
    expect(first.readBigUInt64LE(16)).toBe(0x7ff8_0000_0000_0000n);
    // Each command was run or denied, and its answer was written.
    for (const [index] of commands.entries()) {
      expect(first.readInt32LE(SEEN_BYTES * index + 8)).toBeGreaterThan(0);
    }
    expect(first.toString()).toContain("HOME=");
  });

  it("returns other bytes with the real clock, so the test would see a leak", async () => {
    const real = ["--log-level", "silent"];
    const first = await seen(real);
    expect(await seen(real)).not.toEqual(first);
  });
});

describe("the options about time", () => {
  const args = ["evaluate", CONTEST, "--submission", "-"];

  it("contradict each other where a real clock is asked for", async () => {
    const { report, exitCode } = await assayJson([...args, "--deterministic", "--timestamp", "real"]);
    expect(exitCode).toBe(2);
    expect(report).toMatchObject({ deterministic: null, clockStartMs: null });
    expect(report.error?.message).toBe(
      "--timestamp must be milliseconds since 1970 in digits: --deterministic has no real clock",
    );
  });

  it("leave computing as it is where only the clock is fixed", async () => {
    const { report } = await assayJson([...args, "--timestamp", "-1"]);
    expect(report).toMatchObject({ deterministic: false, clockStartMs: -1 });
  });

  it("are the real clock by default", async () => {
    const { report } = await assayJson(args);
    expect(report).toMatchObject({ deterministic: false, clockStartMs: null });
  });
});
