import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { assay, assayJson, CONTEST, CONTEST_POLICY, example, temporaryFile } from "../support/assay.ts";
import { answeringGuest, VALID } from "../support/guest-module.ts";

const contest = (submission: string) => [
  "evaluate",
  CONTEST,
  ...["--policy", CONTEST_POLICY],
  ...["--submission", example(`contest/submissions/${submission}`)],
];

describe("the programming contest", () => {
  it.each([
    {
      submission: "good.sh",
      exitCode: 0,
      outcome: "valid",
      score: "10000",
      message: "12 of 12 cases passed",
    },
    {
      submission: "good.awk",
      exitCode: 0,
      outcome: "valid",
      score: "10000",
      message: "12 of 12 cases passed",
    },
    {
      submission: "off-by-one.sh",
      exitCode: 1,
      outcome: "not-valid",
      score: "7500",
      message: "9 of 12 cases passed",
    },
  ])("judges $submission as $outcome", async ({ submission, exitCode, ...expected }) => {
    const { report, ...result } = await assayJson(contest(submission));
    expect(result.exitCode).toBe(exitCode);
    expect(report).toMatchObject(expected);
    expect(report.commands.map(({ outcome }) => outcome)).toEqual(Array(12).fill("exited"));
  });

  it.each([
    { submission: "loops.sh", why: "loops for ever", outcomes: ["denied", "timed-out"] },
    { submission: "floods.sh", why: "floods its output", outcomes: ["output-limit"] },
    { submission: "network.sh", why: "tries the network", outcomes: ["exited"] },
  ])("survives a submission that $why", async ({ submission, outcomes }) => {
    const { report, exitCode } = await assayJson(contest(submission));
    expect(exitCode).toBe(1);
    expect(report).toMatchObject({ outcome: "not-valid", score: "0", message: "0 of 12 cases passed" });
    expect([...new Set(report.commands.map(({ outcome }) => outcome))].sort()).toEqual(outcomes);
    expect(
      report.commands.filter((command) => command.outcome === "exited" && command.exitCode === 0),
    ).toEqual([]);
  });

  it("reads a submission from standard input", async () => {
    const stdin = readFileSync(example("contest/submissions/good.sh"));
    const args = ["evaluate", CONTEST, "--policy", CONTEST_POLICY, "--submission", "-"];
    expect((await assayJson(args, { stdin })).report).toMatchObject({ outcome: "valid", score: "10000" });
  });

  it("hands the parameters to the challenge", async () => {
    const params = temporaryFile("percent", "75");
    const { report, exitCode } = await assayJson([...contest("off-by-one.sh"), "--params", params]);
    expect(exitCode).toBe(0);
    expect(report).toMatchObject({ outcome: "valid", score: "7500" });
  });

  it("denies every command when there is no policy, and says so", async () => {
    const args = ["evaluate", CONTEST, "--submission", example("contest/submissions/good.sh")];
    const { exitCode, stdout } = await assay(args);
    expect(exitCode).toBe(1);
    expect(stdout).toContain("No policy was given, so the default policy applied: it denies every command.");
    expect(stdout).toMatch(/^sh +.* denied$/m);
    const { report } = await assayJson(args);
    expect(report.policyFile).toBeNull();
    expect(report.commands.map(({ outcome }) => outcome)).toEqual(Array(12).fill("denied"));
  });
});

describe("the probe", () => {
  const args = ["evaluate", example("probe/probe.wasm"), "--submission", "-"];
  const probe = [...args, "--policy", example("probe/probe.policy.json")];

  it("finds that every answer is the one that its policy promises", async () => {
    const { report, exitCode } = await assayJson(probe);
    expect(exitCode).toBe(0);
    expect(report).toMatchObject({
      outcome: "valid",
      message: "13 of 13 answers are what the policy promises",
    });
  });

  it("has each denial in the report, with its reasons", async () => {
    const { report } = await assayJson(probe);
    const denied = report.commands.flatMap((command) =>
      command.outcome === "denied" ? [[command.program, command.denied.map(({ code }) => code)]] : [],
    );
    expect(denied).toEqual([
      ["ls", ["PROGRAM_NOT_LISTED"]],
      ["perl", ["PROGRAM_BLOCKED"]],
      ["/tmp/cat", ["PROGRAM_NOT_LISTED"]],
      ["printenv", ["ENV_NOT_ALLOWED"]],
      ["cat", ["ENV_NOT_ALLOWED", "ENV_DANGEROUS"]],
      ["cat", ["WORKING_DIRECTORY_REFUSED"]],
      ["cat", ["WORKING_DIRECTORY_REFUSED"]],
      ["cat", ["BUDGET_EXHAUSTED"]],
    ]);
  });

  it("tells people what was denied and why, after the commands", async () => {
    const { stdout } = await assay(probe);
    const [verdict, commands, denials] = stdout.split("\n\n");
    expect(verdict).toBe("VALID  score 10000  13 of 13 answers are what the policy promises");
    expect(commands?.split("\n")).toHaveLength(1 + 13);
    expect(denials).toContain("Denied:\n  ls\n    - no entry of allowedCommands has the name or path");
    expect(denials).toContain('- "perl" is refused by "perl" in blockedCommands');
  });
});

describe("what comes out where", () => {
  const args = ["evaluate", CONTEST, "--policy", CONTEST_POLICY];
  const offByOne = [...args, "--submission", example("contest/submissions/off-by-one.sh")];

  it("logs to standard error only, one JSON object a line, with the guest's lines marked as such", async () => {
    const { stdout, stderr } = await assay(offByOne);
    expect(stdout).not.toContain('"msg"');
    const lines = stderr
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(3);
    for (const line of lines) {
      expect(line).toMatchObject({
        level: "warn",
        source: "guest",
        challengeId: "contest",
        validatorId: "local",
      });
    }
  });

  it("logs nothing with --log-level silent, and more with debug", async () => {
    expect((await assay([...offByOne, "--log-level", "silent"])).stderr).toBe("");
    const { stderr } = await assay([...offByOne, "--log-level", "debug"]);
    expect(stderr.match(/"msg":"command ran"/g)).toHaveLength(12);
  });

  it("uses no colour when its output is no terminal", async () => {
    const { stdout, stderr } = await assay(offByOne);
    expect(`${stdout}${stderr}`).not.toContain("\u001b");
  });

  it("uses colour on a terminal, unless NO_COLOR is set, and logs lines for people there", async () => {
    const onTerminal = (env: Record<string, string>) => {
      const command = [
        process.execPath,
        "--conditions=@assay/source",
        example("../apps/validator/src/main.ts"),
        ...offByOne,
      ];
      const quoted = command.map((word) => `'${word}'`).join(" ");
      return startScript(quoted, env);
    };
    const coloured = await onTerminal({ TERM: "xterm-256color" });
    expect(coloured).toContain("\u001b[1m\u001b[31mNOT VALID\u001b[39m\u001b[22m  score 7500");
    expect(coloured).toMatch(/^\d\d:\d\d:\d\d\.\d\d\d warn {2}guest: /m);
    const plain = await onTerminal({ TERM: "xterm-256color", NO_COLOR: "1" });
    expect(plain).toContain("NOT VALID  score 7500");
    expect(plain).not.toMatch(/\u001b\[\d+m/);
  });
});

describe("identity and clock", () => {
  const quiet = ["--log-level", "silent"];

  it("names the challenge after its file and the validator local, unless told otherwise", async () => {
    const submission = temporaryFile("any", "");
    const named = [CONTEST, "--submission", submission, ...quiet];
    const first = (await assayJson(["evaluate", ...named])).report;
    expect(first).toMatchObject({ challengeId: "contest", validatorId: "local" });
    const told = ["--challenge-id", "sums", "--validator-id", "v-1"];
    const second = (await assayJson(["evaluate", ...named, ...told])).report;
    expect(second).toMatchObject({ challengeId: "sums", validatorId: "v-1" });
    expect(first.evaluationId).not.toBe(second.evaluationId);
  });

  it("tells a challenge of durations only while its clock is real", async () => {
    const metrics = async (timestamp: string) => {
      const args = [...contest("good.sh"), "--timestamp", timestamp, ...quiet];
      const { report } = await assayJson(args);
      return Buffer.from(report.metricsBase64 ?? "", "base64").toString();
    };
    expect(await metrics("1700000000000")).toBe(await metrics("1700000000000"));
    expect(await metrics("-1")).toContain('"durationMs":0');
  });

  it("hands the whole 64 bits of a score and the raw bytes on", async () => {
    const output = {
      ...VALID,
      score: -(2n ** 63n),
      metrics: Uint8Array.of(0, 255),
      details: Uint8Array.of(),
    };
    const challenge = temporaryFile("odd.wasm", answeringGuest(output));
    const { report, exitCode } = await assayJson(["evaluate", challenge, "--submission", "-"]);
    expect(exitCode).toBe(0);
    expect(report).toMatchObject({
      score: "-9223372036854775808",
      metricsBase64: "AP8=",
      detailsBase64: "",
      abi: "head",
    });
  });
});

/** Runs a command line on a terminal of its own, and returns what the terminal was sent. */
async function startScript(commandLine: string, env: Record<string, string>): Promise<string> {
  const { spawn } = await import("node:child_process");
  const child = spawn("script", ["--quiet", "--return", "--command", commandLine, "/dev/null"], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...env },
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    output += chunk;
  });
  await new Promise((resolve) => child.once("close", resolve));
  return output.replaceAll("\r\n", "\n");
}
