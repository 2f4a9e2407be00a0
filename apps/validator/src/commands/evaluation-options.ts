import { basename } from "node:path";
import type { SandboxClock } from "@assay/sandbox-host";
import { type Command, Option } from "commander";
import { z } from "zod";
import { ValidatorError } from "../errors.ts";
import { LOG_LEVELS } from "../log/logger.ts";

const MAX_TIMEOUT_MS = 2 ** 31 - 1;
const MAX_MEMORY_MIB = 4096;
const MAX_ID_CHARACTERS = 256;

/** Where the clock of `--deterministic` begins when nobody says: 2023-11-14T22:13:20Z. */
const DEFAULT_DETERMINISTIC_START_MS = 1_700_000_000_000;

/** A whole number written in digits, and nothing else: no `1e3`, no `0x10`, no spaces. */
function digits(unit: string, minimum: number, maximum: number) {
  const error = `must be a whole number of ${unit} from ${minimum} to ${maximum}`;
  return z
    .string()
    .regex(/^-?\d+$/, { error })
    .transform(Number)
    .pipe(z.int({ error }).min(minimum, { error }).max(maximum, { error }));
}

const identifier = z
  .string()
  .regex(/^[^\p{C}\p{Zl}\p{Zp}]+$/u, { error: "must be text without control characters, and not empty" })
  .max(MAX_ID_CHARACTERS, { error: `must have at most ${MAX_ID_CHARACTERS} characters` });

const file = z.string({ error: "is required" }).min(1, { error: "must be the path of a file" });

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
  abi: z.enum(["auto", "head", "pr33"]),
  deterministic: z.boolean().default(false),
  timestamp: timestamp.optional(),
  timeoutMs: digits("milliseconds", 1, MAX_TIMEOUT_MS),
  memoryMib: digits("MiB", 1, MAX_MEMORY_MIB),
  fuel: digits("units of fuel", 1, Number.MAX_SAFE_INTEGER).optional(),
  logLevel: z.enum(LOG_LEVELS),
  json: z.boolean().default(false),
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
    .addOption(
      new Option("--abi <level>", "the guest contract").choices(["auto", "head", "pr33"]).default("auto"),
    )
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
    .addOption(new Option("--memory-mib <n>", "memory that the challenge may use").default("512"))
    .option(
      "--fuel <n>",
      "what the challenge may compute: about one unit for each instruction (default: no limit)",
    )
    .addOption(new Option("--log-level <level>", "on standard error").choices(LOG_LEVELS).default("info"))
    .option("--json", "print one JSON object on standard output, and nothing else there");
}

/**
 * Checks what commander read. All that is wrong is said at once.
 *
 * @throws {ValidatorError} `USAGE`.
 */
export function parseEvaluationOptions(options: unknown): EvaluationOptions {
  const parsed = evaluationOptions.safeParse(options);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${flagOf(path)} ${message}`);
    throw new ValidatorError({ code: "USAGE", problems });
  }
  const { timestamp, ...checked } = parsed.data;
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

function flagOf(path: readonly PropertyKey[]): string {
  return `--${String(path[0]).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
