#!/usr/bin/env node
import { closeInheritableDescriptors } from "@assay/process-executor";
import { runCli } from "./cli.ts";
import { EXIT_CODE_BEFORE_OUTCOME, exitCodeOf } from "./exit-code.ts";
import { listenForTermination } from "./termination.ts";

process.exitCode = EXIT_CODE_BEFORE_OUTCOME;
const debug = process.env["ASSAY_DEBUG"] === "1";

function explain(error: unknown): void {
  const what = error instanceof Error ? ((debug ? error.stack : null) ?? error.message) : String(error);
  process.stderr.write(`assay: ${what}\n`);
}

// Node's own answer would be exit code 1, which is a verdict.
process.on("uncaughtException", (error) => {
  explain(error);
  process.exit(EXIT_CODE_BEFORE_OUTCOME);
});
// A reader that went away; whoever writes the report learns of every other failure.
process.stdout.on("error", () => {});
process.stderr.on("error", () => {});

// What a shell left open would be open inside the sandbox too. Elsewhere than on Linux there is no sandbox.
if (process.platform === "linux") closeInheritableDescriptors();

using termination = listenForTermination();
try {
  const { stdin, stdout, stderr } = process;
  const outcome = await runCli(process.argv.slice(2), {
    stdin,
    stdout,
    stderr,
    signal: termination.signal,
    debug,
  });
  process.exitCode = outcome === null ? 0 : exitCodeOf(outcome, termination.received);
} catch (error) {
  explain(error);
}
