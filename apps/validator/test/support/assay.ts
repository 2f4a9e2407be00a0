import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { inspectionReport } from "../../src/report/inspection-schema.ts";
import { doctorReport, evaluationReport } from "../../src/report/schema.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const EXAMPLES = fileURLToPath(new URL("../../../../examples", import.meta.url));
/** The cache of whoever runs the tests is no business of theirs. */
const XDG_CACHE_HOME = fileURLToPath(new URL("../../node_modules/.cache", import.meta.url));

export interface RunOptions {
  /** What is on standard input; `null` leaves it open, for the test to write to. */
  readonly stdin?: string | Uint8Array | null;
  readonly env?: Readonly<Record<string, string>>;
  /** A program, with its arguments, that starts `assay` in its turn. */
  readonly within?: readonly string[];
}

export interface RunResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningAssay {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<RunResult>;
}

/** The path of a file in the examples. */
export function example(path: string): string {
  return join(EXAMPLES, path);
}

export const CONTEST = example("contest/contest.wasm");
export const CONTEST_POLICY = example("contest/contest.policy.json");

/** Runs the command from its source, as a process of its own, and waits for its end. */
export async function assay(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return startAssay(args, options).ended;
}

/** As `assay`, for tests that do something to the process. */
export function startAssay(
  args: readonly string[],
  { stdin = "", env = {}, within = [] }: RunOptions = {},
): RunningAssay {
  const [program = "", ...argv] = [...within, process.execPath, "--conditions=@assay/source", MAIN, ...args];
  const inherited = {
    PATH: process.env["PATH"],
    HOME: process.env["HOME"],
    TMPDIR: tmpdir(),
    XDG_CACHE_HOME,
  };
  const child = spawn(program, argv, { stdio: ["pipe", "pipe", "pipe"], env: { ...inherited, ...env } });
  const { promise, resolve, reject } = Promise.withResolvers<RunResult>();
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  child.once("error", reject);
  child.once("close", (exitCode) =>
    resolve({ exitCode, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }),
  );
  // A command that refuses its arguments ends without reading.
  child.stdin.on("error", () => {});
  if (stdin !== null) child.stdin.end(stdin);
  return { child, ended: promise };
}

/** Runs a command with `--json` and reads its standard output: exactly one object that fits the schema. */
export async function assayJson(args: readonly string[], options?: RunOptions) {
  const result = await assay([...args, "--json"], options);
  return { ...result, report: parseReport(result.stdout) };
}

export function parseReport(stdout: string) {
  return evaluationReport.parse(JSON.parse(stdout));
}

export function parseDoctorReport(stdout: string) {
  return doctorReport.parse(JSON.parse(stdout));
}

export function parseInspectionReport(stdout: string) {
  return inspectionReport.parse(JSON.parse(stdout));
}

/** A directory that is gone when the test is. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "validator-test-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A file that is gone when the test is. */
export function temporaryFile(name: string, content: string | Uint8Array): string {
  const path = join(temporaryDirectory(), name);
  writeFileSync(path, content);
  return path;
}
