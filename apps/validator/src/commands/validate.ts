import { Command } from "commander";
import type { Run } from "./command-io.ts";
import { evaluationCommand } from "./evaluation-command.ts";
import { addEvaluationOptions } from "./evaluation-options.ts";

/** `assay validate`: asks a challenge whether it would take a submission at all. */
export function validateCommand(run: Run): Command {
  const command = new Command("validate").description(
    "ask a challenge whether it takes a submission, without a score",
  );
  return addEvaluationOptions(command).action((challenge: string, options: Record<string, unknown>) =>
    run((io) => evaluationCommand({ call: "validate", challenge, options }, io)),
  );
}
