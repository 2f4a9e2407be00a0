import { readFileSync } from "node:fs";
import { Command } from "commander";
import { expect, it } from "vitest";
import { addEvaluationOptions } from "../src/commands/evaluation-options.ts";
import { addInspectOptions } from "../src/commands/inspect.ts";
import { EXIT_CODES } from "../src/exit-code.ts";
import { OUTCOME_OF_ERROR } from "../src/outcome.ts";
import { inspectionReport } from "../src/report/inspection-schema.ts";
import { doctorReport, evaluationReport } from "../src/report/schema.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

it("explains every option", () => {
  const options = [addEvaluationOptions, addInspectOptions].flatMap((add) => add(new Command()).options);
  const unexplained = options.filter(({ flags }) => !readme.includes(`| \`${flags}\``));
  expect(unexplained.map(({ flags }) => flags)).toEqual([]);
});

it("has the same exit codes as --help", () => {
  const cells = [...readme.matchAll(/^\| (\d+) +\| (`.*`) +\| (.*?) +\|$/gm)].map(([, ...row]) => row);
  expect(cells).toEqual(
    EXIT_CODES.map(({ exitCode, outcomes, meaning }) => [
      String(exitCode),
      outcomes.map((outcome) => `\`${outcome}\``).join(", "),
      meaning,
    ]),
  );
});

it("explains every field of all reports", () => {
  const fields = [evaluationReport, inspectionReport, doctorReport].flatMap(({ shape }) =>
    Object.keys(shape),
  );
  expect(fields.filter((field) => !readme.includes(`\`${field}\``))).toEqual([]);
});

it("has every error code beside its outcome", () => {
  const misplaced = Object.entries(OUTCOME_OF_ERROR).filter(
    ([code, outcome]) => !new RegExp(`^\\|.*\`${code}\`.*\\| \`${outcome}\` +\\|$`, "m").test(readme),
  );
  expect(misplaced).toEqual([]);
});
