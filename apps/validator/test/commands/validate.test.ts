import { expect, it } from "vitest";
import { assay, assayJson, CONTEST, temporaryFile } from "../support/assay.ts";

it.each([
  { name: "takes a program for sh", submission: "#!/bin/sh\nexit 1\n", exitCode: 0, outcome: "valid" },
  { name: "refuses what is no program", submission: "hello", exitCode: 1, outcome: "not-valid" },
])("$name, without a score", async ({ submission, exitCode, outcome }) => {
  const args = ["validate", CONTEST, "--submission", temporaryFile("submission", submission)];
  const { report, ...result } = await assayJson(args);
  expect(result.exitCode).toBe(exitCode);
  expect(report).toMatchObject({
    call: "validate",
    outcome,
    valid: outcome === "valid",
    score: null,
    message: null,
    commands: [],
  });
});

it("says the verdict and nothing about a score to people", async () => {
  const { stdout } = await assay(["validate", CONTEST, "--submission", "-"], { stdin: "hello" });
  expect(stdout.split("\n")[0]).toBe("NOT VALID");
});
