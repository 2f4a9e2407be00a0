import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";

/** Long enough for any command here that is not stuck, by two orders of magnitude. */
const STUCK_AFTER_MS = 700;

/**
 * The positive control for everything about pipes: the original's way of running a command. It writes all input, waits for the exit, and reads
 * what was written only then.
 *
 * @returns the exit code, or `stuck` when the command had not ended: it is killed then.
 */
export async function runNaively(
  argv: readonly string[],
  stdin: Uint8Array = new Uint8Array(),
): Promise<number | null | "stuck"> {
  const child = start(argv);
  child.stdin?.on("error", () => {});
  const exited = once(child, "exit") as Promise<[number | null]>;
  const wholeInput = new Promise<void>((resolve) => child.stdin?.end(stdin, () => resolve()));
  const orderly = wholeInput.then(() => exited).then(([exitCode]) => exitCode);
  const result = await Promise.race([orderly, delay(STUCK_AFTER_MS, "stuck" as const)]);
  child.kill("SIGKILL");
  await exited;
  return result;
}

/** Collects everything that a command writes, as `child_process` and its users do; returns how much it was. */
export async function collectNaively(argv: readonly string[]): Promise<number> {
  const child = start(argv);
  const chunks: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => chunks.push(chunk));
  await once(child, "close");
  return Buffer.concat(chunks).byteLength;
}

/** What an input stream does when its reader is gone and nobody listens: the error's code. */
export async function inputErrorOf(argv: readonly string[], stdin: Uint8Array): Promise<string> {
  const child = start(argv);
  const failed = once(child.stdin as NonNullable<ChildProcess["stdin"]>, "error") as Promise<
    [NodeJS.ErrnoException]
  >;
  child.stdin?.end(stdin);
  const [error] = await failed;
  return error.code ?? "";
}

/** Whether standard output is still open when the command itself has ended. */
export async function outputOutlivesExit(argv: readonly string[]): Promise<boolean> {
  const child = start(argv);
  child.stdout?.resume();
  await once(child, "exit");
  return child.stdout?.readableEnded === false;
}

function start([command = "", ...args]: readonly string[]): ChildProcess {
  return spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
}
