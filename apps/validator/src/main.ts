#!/usr/bin/env node
import { EXIT_CODE_BEFORE_OUTCOME, exitCodeOf } from "./exit-code.ts";

const LEAST_NODE = [24, 21] as const;

// Node's own answer to whatever breaks would be exit code 1, which is a verdict. So nothing that could break is imported statically.
process.exitCode = EXIT_CODE_BEFORE_OUTCOME;
process.on("uncaughtException", (error) => {
  explain(error);
  process.exit(EXIT_CODE_BEFORE_OUTCOME);
});
// A reader that went away. Whoever writes the report learns of every other failure.
process.stdout.on("error", () => {});
process.stderr.on("error", () => {});

if (nodeIsTooOld()) {
  explain(`Node ${LEAST_NODE.join(".")} or newer is needed, and this is ${process.versions.node}.`);
  process.exitCode = exitCodeOf("misconfigured", null);
} else {
  try {
    process.exitCode = await run();
  } catch (error) {
    explain(error);
  }
}

async function run(): Promise<number> {
  const { closeInheritableDescriptors } = await import("@assay/process-executor");
  // What a shell left open would be open inside the sandbox too. Elsewhere than on Linux there is no sandbox.
  if (process.platform === "linux") closeInheritableDescriptors();
  const { runCli } = await import("./cli.ts");
  const { listenForTermination } = await import("./termination.ts");
  const { stdin, stdout, stderr, argv } = process;
  // No `using` in this file: a Node that is too old has to be able to read it.
  const termination = listenForTermination();
  try {
    const io = { stdin, stdout, stderr, signal: termination.signal, debug: isDebugging() };
    const outcome = await runCli(argv.slice(2), io);
    return outcome === null ? 0 : exitCodeOf(outcome, termination.received);
  } finally {
    termination[Symbol.dispose]();
  }
}

function nodeIsTooOld(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return major < LEAST_NODE[0] || (major === LEAST_NODE[0] && minor < LEAST_NODE[1]);
}

function isDebugging(): boolean {
  return process.env["ASSAY_DEBUG"] === "1";
}

function explain(error: unknown): void {
  const what =
    error instanceof Error ? ((isDebugging() ? error.stack : null) ?? error.message) : String(error);
  process.stderr.write(`assay: ${what}\n`);
}
