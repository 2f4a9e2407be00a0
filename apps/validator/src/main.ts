#!/usr/bin/env node
import { EXIT_CODE_BEFORE_OUTCOME, exitCodeOf } from "./exit-code.ts";

/** How long the log may take to reach its reader once everything else is done. */
const LOG_GRACE_MS = 2000;
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
// Whoever holds the other end of a pipe need not read it, and lines that wait there would keep this process alive for ever.
setTimeout(() => process.exit(), LOG_GRACE_MS).unref();

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
    const { signal } = termination;
    const cacheHome = process.env["XDG_CACHE_HOME"];
    const io = { stdin, stdout, stderr, signal, debug: isDebugging(), cacheHome };
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
  process.stderr.write(`assay: ${printable(what)}\n`);
}

/** Written out here, because whatever could be imported for it may be what broke. Only the first line begins at the margin. */
function printable(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (found) =>
      found === "\n" ? found : `\\u{${(found.codePointAt(0) ?? 0).toString(16)}}`,
    )
    .replaceAll("\n", "\n  ");
}
