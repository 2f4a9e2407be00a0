import { basename } from "node:path";
import type { SandboxClock } from "@assay/sandbox-host";
import { type Command, Option } from "commander";
import { z } from "zod";
import { ValidatorError } from "../errors.ts";
import { LOG_LEVELS } from "../log/logger.ts";
import { abiOption, digits, jsonOption, memoryOption, moduleOptions, parseOptions } from "./options.ts";

const MAX_TIMEOUT_MS = 2 ** 31 - 1;
const MAX_ID_CHARACTERS = 256;

/** Where the clock of `--deterministic` begins when nobody says: 2023-11-14T22:13:20Z. */
const DEFAULT_DETERMINISTIC_START_MS = 1_700_000_000_000;

const identifier = z
  .string()
  .regex(/^[^\p{C}\p{Zl}\p{Zp}]+$/u, { error: "must be text without control characters, and not empty" })
  .max(MAX_ID_CHARACTERS, { error: `must have at most ${MAX_ID_CHARACTERS} characters` });

const file = z.string({ error: "is required" }).min(1, { error: "must be the path of a file" });
const directory = z.string().min(1, { error: "must be the path of a directory" });

const timestampError = "must be real, or milliseconds since 1970 in digits";
const timestamp = z.union(
  [z.literal("real"), digits("milliseconds", Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)],
  { error: timestampError },
);

const evaluationOptions = z.strictObject({
  submission: file,
  params: file.optional(),
  policy: file.optional(),
  allowPermissive: z.boolean().default(false),
  challengeId: identifier.optional(),
  validatorId: identifier,
  timestamp: timestamp.optional(),
  timeoutMs: digits("milliseconds", 1, MAX_TIMEOUT_MS),
  fuel: digits("units of fuel", 1, Number.MAX_SAFE_INTEGER).optional(),
  moduleCache: z.union([directory, z.literal(false)]).optional(),
  logLevel: z.enum(LOG_LEVELS),
  ...moduleOptions,
});

/** The options that `assay evaluate` and `assay validate` share, checked. */
export interface EvaluationOptions extends Omit<z.infer<typeof evaluationOptions>, "timestamp"> {
  /** What the two options about time come to. */
  readonly clock: SandboxClock;
}

/** Adds the argument and the options to a command, with their help. */
export function addEvaluationOptions(command: Command): Command {
  return command
    .argument("<challenge.wasm>", "the challenge: a WebAssembly module")
    .option("--submission <file>", "what is judged; - reads standard input")
    .option("--params <file>", "parameters for the challenge, in the form that it wants")
    .option("--policy <file>", "which commands the challenge may run; without it, none")
    .option("--allow-permissive", "accept a policy that lets the challenge run any program")
    .option("--challenge-id <id>", "what the challenge is called (default: its file's name)")
    .addOption(new Option("--validator-id <id>", "who evaluates").default("local"))
    .addOption(abiOption())
    .option(
      "--deterministic",
      "have two evaluations see the same: a clock made of fuel, no durations, one kind of NaN",
    )
    .option(
      "--timestamp <when>",
      "the challenge's clock: real, or milliseconds since 1970 at which it stands still or, with --deterministic, begins " +
        `(default: real; with --deterministic ${DEFAULT_DETERMINISTIC_START_MS})`,
    )
    .addOption(new Option("--timeout-ms <n>", "for the whole evaluation, commands included").default("60000"))
    .addOption(memoryOption())
    .option(
      "--fuel <n>",
      "what the challenge may compute: about one unit for each instruction (default: no limit)",
    )
    .option(
      "--module-cache <dir>",
      "where rewritten modules are kept for the next run, at most 1 GiB; a directory of this user's alone " +
        "(default: assay/modules in the user's cache)",
    )
    .option("--no-module-cache", "rewrite the module anew, and keep nothing")
    .addOption(new Option("--log-level <level>", "on standard error").choices(LOG_LEVELS).default("info"))
    .addOption(jsonOption());
}

/**
 * Checks what commander read. All that is wrong is said at once.
 *
 * @throws {ValidatorError} `USAGE`.
 */
export function parseEvaluationOptions(options: unknown): EvaluationOptions {
  const { timestamp, ...checked } = parseOptions(evaluationOptions, options);
  return { ...checked, clock: clockOf(checked.deterministic, timestamp) };
}

function clockOf(deterministic: boolean, timestamp: "real" | number | undefined): SandboxClock {
  if (!deterministic) {
    if (timestamp === undefined || timestamp === "real") return { mode: "real" };
    return { mode: "deterministic", timestampMs: timestamp };
  }
  if (timestamp === "real") {
    const problems = [
      "--timestamp must be milliseconds since 1970 in digits: --deterministic has no real clock",
    ];
    throw new ValidatorError({ code: "USAGE", problems });
  }
  const timestampMs = timestamp ?? DEFAULT_DETERMINISTIC_START_MS;
  return { mode: "deterministic", timestampMs, advance: "fuel" };
}

/** What a challenge is called when nobody says: its file's name, without what cannot be printed. */
export function challengeIdOf(path: string): string {
  const name = basename(path, ".wasm").replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "");
  return name.slice(0, MAX_ID_CHARACTERS) || "challenge";
}
