import { describe, expect, it } from "vitest";
import {
  assay,
  assayJson,
  CONTEST,
  parseDoctorReport,
  parseInspectionReport,
  parseReport,
} from "./support/assay.ts";

describe("help", () => {
  it("teaches with examples, exit codes, and where policies are explained", async () => {
    const { exitCode, stdout } = await assay(["--help"]);
    expect(exitCode).toBe(0);
    for (const part of [
      "Examples:\n  assay evaluate ",
      "Exit codes:\n    0  ",
      "packages/sandbox-policy/README.md",
    ]) {
      expect(stdout).toContain(part);
    }
  });

  it.each(["evaluate", "validate", "inspect", "doctor"])(
    "of %s has its options and the exit codes",
    async (command) => {
      const { exitCode, stdout } = await assay([command, "--help"]);
      expect(exitCode).toBe(0);
      expect(stdout).toContain("--json");
      expect(stdout).toContain("Exit codes:");
    },
  );

  it("is on standard error when nothing was asked for, which is wrong usage", async () => {
    const { exitCode, stdout, stderr } = await assay([]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain("Usage: assay");
  });

  it("--version prints the version of the package", async () => {
    const { exitCode, stdout } = await assay(["--version"]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("assay help", () => {
  it("is help, with exit code 0", async () => {
    const [command, option] = await Promise.all([assay(["help"]), assay(["--help"])]);
    expect(command).toEqual({ ...option, exitCode: 0 });
  });

  it("of a command is that command's", async () => {
    const [command, option] = await Promise.all([assay(["help", "evaluate"]), assay(["evaluate", "--help"])]);
    expect(command).toEqual({ ...option, exitCode: 0 });
  });

  it("of what is no command is wrong usage", async () => {
    const { exitCode, stdout, stderr } = await assay(["help", "evalute"]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain("assay: unknown command 'evalute'");
  });

  it("prints no help where an object was asked for", async () => {
    const { exitCode, stdout } = await assay(["help", "--json"]);
    expect(exitCode).toBe(2);
    expect(parseReport(stdout).error).toMatchObject({ code: "USAGE" });
  });
});

const some = ["--submission", "any"];

describe("wrong usage", () => {
  it.each([
    {
      name: "suggests an option",
      args: ["evaluate", "a.wasm", "--submision", "x"],
      says: "Did you mean --submission?",
    },
    { name: "suggests a command", args: ["evalute"], says: "Did you mean evaluate?" },
    {
      name: "misses the challenge",
      args: ["evaluate", ...some],
      says: "missing required argument 'challenge.wasm'",
    },
    { name: "misses the submission", args: ["evaluate", "a.wasm"], says: "--submission is required" },
    {
      name: "has an argument too many",
      args: ["evaluate", "a.wasm", "b.wasm", ...some],
      says: "too many arguments",
    },
    {
      name: "knows the ABI levels",
      args: ["evaluate", "a.wasm", ...some, "--abi", "v2"],
      says: "Allowed choices are auto, head, pr33",
    },
    {
      name: "wants digits",
      args: ["evaluate", "a.wasm", ...some, "--timeout-ms", "1e3"],
      says: "--timeout-ms must be a whole number of milliseconds from 1 to 2147483647",
    },
    {
      name: "has bounds",
      args: ["evaluate", "a.wasm", ...some, "--memory-mib", "5000"],
      says: "--memory-mib must be a whole number of MiB from 1 to 4096",
    },
    {
      name: "knows times",
      args: ["evaluate", "a.wasm", ...some, "--timestamp", "now"],
      says: "--timestamp must be real, or milliseconds since 1970 in digits",
    },
    {
      name: "wants identities that can be printed",
      args: ["evaluate", "a.wasm", ...some, "--challenge-id", "a\u001b[2J"],
      says: "--challenge-id must be text without control characters",
    },
  ])("$name", async ({ args, says }) => {
    const { exitCode, stdout, stderr } = await assay(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(/^assay: /);
    expect(stderr).toContain(says);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it("says all that is wrong at once", async () => {
    const { report, exitCode } = await assayJson([
      "evaluate",
      "a.wasm",
      "--memory-mib",
      "0",
      "--timeout-ms",
      "0",
    ]);
    expect(exitCode).toBe(2);
    expect(report.error).toEqual({
      code: "USAGE",
      message: [
        "--submission is required",
        "--timeout-ms must be a whole number of milliseconds from 1 to 2147483647",
        "--memory-mib must be a whole number of MiB from 1 to 4096",
      ].join("; "),
    });
  });

  it.each(["evaluate", "validate"])("of %s is one object too, when it asked for one", async (command) => {
    const { report, exitCode } = await assayJson([command, "--nonsense"]);
    expect(exitCode).toBe(2);
    expect(report).toMatchObject({ call: command, outcome: "misconfigured", error: { code: "USAGE" } });
  });

  it("of doctor is one object too, when it asked for one", async () => {
    const { exitCode, stdout } = await assay(["doctor", "--jsn", "--json"]);
    expect(exitCode).toBe(2);
    expect(parseDoctorReport(stdout).error).toEqual({
      code: "USAGE",
      message: "unknown option '--jsn' (Did you mean --json?)",
    });
  });

  it("of inspect is one object too, when it asked for one", async () => {
    const { exitCode, stdout } = await assay(["inspect", "a.wasm", "--memory-mib", "0", "--json"]);
    expect(exitCode).toBe(2);
    expect(parseInspectionReport(stdout)).toMatchObject({
      outcome: "misconfigured",
      error: { code: "USAGE", message: "--memory-mib must be a whole number of MiB from 1 to 4096" },
    });
    expect(parseInspectionReport((await assay(["inspect", "--json"])).stdout).error?.code).toBe("USAGE");
  });

  it("is one object too when --json was misspelt as an option with a value", async () => {
    const { exitCode, stdout } = await assay(["evaluate", "a.wasm", "--json=1"]);
    expect(exitCode).toBe(2);
    expect(parseReport(stdout).error).toMatchObject({ code: "USAGE" });
  });

  it.each([
    { name: "option", args: ["evaluate", "a.wasm", "--x\nassay: VALID"] },
    { name: "command", args: ["x\nassay: VALID"] },
    { name: "argument", args: ["doctor", "x\nassay: VALID\n(Did you mean x?)"] },
    { name: "file", args: ["evaluate", "x\nassay: VALID\n- VALID", ...some] },
    { name: "module", args: ["inspect", "x\nassay: VALID\n- VALID"] },
    { name: "policy", args: ["evaluate", CONTEST, ...some, "--policy", "x\nassay: VALID\n- VALID"] },
    { name: "choice", args: ["evaluate", "a.wasm", ...some, "--abi", "x\nassay: VALID"] },
  ])("cannot write a line of its own: $name", async ({ args }) => {
    const { exitCode, stderr } = await assay(args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("x\\nassay: VALID");
    expect(stderr).not.toMatch(/\n(assay|- VALID|\(Did)/);
  });

  it("shows what was typed without its control characters", async () => {
    const { stderr } = await assay(["evaluate", "--\u001b[2J"]);
    expect(stderr).toContain("\\u{1b}[2J");
    expect(stderr).not.toContain("\u001b");
  });
});
