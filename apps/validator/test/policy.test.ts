import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { assay, assayJson, CONTEST, example, temporaryFile } from "./support/assay.ts";

const evaluate = (...rest: string[]) => [
  ...["evaluate", CONTEST, "--log-level", "silent"],
  ...["--submission", example("contest/submissions/good.sh")],
  ...rest,
];
const policy = (content: unknown) =>
  temporaryFile("policy.json", typeof content === "string" ? content : JSON.stringify(content));

describe("a policy that cannot be used ends with 2 and runs nothing", () => {
  it.each([
    {
      name: "is not there",
      path: () => "/nowhere/policy.json",
      code: "POLICY_MISSING",
      says: "/nowhere/policy.json: there is no such file",
    },
    { name: "is a directory", path: () => tmpdir(), code: "POLICY_UNREADABLE", says: "not a regular file" },
    { name: "is empty", path: () => policy(""), code: "POLICY_INVALID", says: "the smallest policy is {}" },
    {
      name: "has a misspelt field",
      path: () => policy({ alowedCommands: ["sh"] }),
      code: "POLICY_INVALID",
      says: "alowedCommands is not a field",
    },
    {
      name: "names a program that is not installed",
      path: () => policy({ allowedCommands: ["no-such-program"] }),
      code: "POLICY_UNUSABLE",
      says: "there is no such program on this host",
    },
    {
      name: "is permissive",
      path: () => policy({ permissive: true }),
      code: "POLICY_PERMISSIVE",
      says: "insist with --allow-permissive",
    },
  ])("because it $name", async ({ path, code, says }) => {
    const { report, exitCode } = await assayJson(evaluate("--policy", path()));
    expect(exitCode).toBe(2);
    expect(report.error?.code).toBe(code);
    expect(report.error?.message).toContain(says);
    expect(report.commands).toEqual([]);
  });
});

describe("a permissive policy", () => {
  it("is accepted with --allow-permissive, and warned of", async () => {
    const args = evaluate(
      "--policy",
      policy({ permissive: true }),
      "--allow-permissive",
      "--log-level",
      "warn",
    );
    const { report, exitCode, stderr } = await assayJson(args);
    expect(exitCode).toBe(0);
    expect(report.outcome).toBe("valid");
    expect(stderr).toContain("the policy is permissive");
  });
});

it("has its place and reason said to people, on standard error, without a stack", async () => {
  const { exitCode, stdout, stderr } = await assay(evaluate("--policy", policy({ allowNetwork: "yes" })));
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toMatch(
    /^assay: the policy .*policy\.json is not valid:\n- line 1: allowNetwork must be true or false\n$/,
  );
});
