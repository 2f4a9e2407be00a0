import { Command } from "commander";
import type { Run } from "./command-io.ts";
import { evaluationCommand } from "./evaluation-command.ts";
import { addEvaluationOptions } from "./evaluation-options.ts";

/** `assay evaluate`: has a challenge judge a submission. */
export function evaluateCommand(run: Run): Command {
  const command = new Command("evaluate").description(
    "have a challenge judge a submission: score, verdict, message",
  );
  return addEvaluationOptions(command).action((challenge: string, options: Record<string, unknown>) =>
    run((io) => evaluationCommand({ call: "evaluate", challenge, options }, io)),
  );
}
