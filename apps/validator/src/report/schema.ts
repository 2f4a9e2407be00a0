import { z } from "zod";
import { type ErrorCode, OUTCOME_OF_ERROR, OUTCOMES } from "../outcome.ts";

export const ERROR_CODES = Object.keys(OUTCOME_OF_ERROR) as ErrorCode[];

export const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
export const count = z.int().nonnegative();
export const milliseconds = z.number().nonnegative();

/** Why there is no verdict. */
export const reportError = z
  .strictObject({
    code: z.enum(ERROR_CODES),
    message: z.string().describe("What, where, and where possible what to do; for people."),
  })
  .describe("Why there is no verdict; null when there is one.");

const requested = {
  program: z.string().describe("As the guest wrote it, cut to 256 characters. May hold any character."),
  args: z.array(z.string()).describe("The first arguments, at most 64 and 4096 characters together."),
  argsOmitted: count.describe("Arguments that are not in args."),
};

const ranCommand = z.strictObject({
  outcome: z.enum([
    "exited",
    "signalled",
    "timed-out",
    "output-limit",
    "out-of-memory",
    "cancelled",
    "spawn-failed",
  ]),
  ...requested,
  exitCode: z.int().nullable().describe("null unless outcome is exited."),
  signal: z.string().nullable().describe("null unless outcome is signalled."),
  detail: z.string().nullable().describe("null unless outcome is spawn-failed."),
  stdinBytes: count.describe("Bytes that the operating system took for standard input."),
  stdoutBytes: count.describe("Bytes that the command wrote, kept or not."),
  stderrBytes: count.describe("Bytes that the command wrote, kept or not."),
  truncated: z.boolean().describe("Whether bytes of either stream were lost to a limit."),
  durationMs: milliseconds,
  planSha256: sha256.describe("Of the approved plan: complete arguments, environment and limits."),
});

const deniedCommand = z.strictObject({
  outcome: z.literal("denied"),
  ...requested,
  denied: z
    .array(z.strictObject({ code: z.string(), message: z.string() }))
    .describe("Why; at most 16 reasons."),
  reasonsOmitted: count,
});

const unread = {
  message: z
    .string()
    .describe("The error that the guest received. The request could not be read, so it names no command."),
};
const unreadableCommand = z.strictObject({ outcome: z.literal("unreadable"), ...unread });
const malformedCommand = z.strictObject({ outcome: z.literal("malformed"), ...unread });

/** One call of `sandbox_exec`. */
export const commandReport = z.discriminatedUnion("outcome", [
  ranCommand,
  deniedCommand,
  unreadableCommand,
  malformedCommand,
]);

const logLine = z.strictObject({
  level: z.enum(["trace", "debug", "info", "warn", "error"]),
  message: z.string().describe("Escaped: holds no control or formatting character."),
  droppedBytes: count.describe("Bytes at the end of the guest's text that are not in message."),
});

/** What one evaluation came to: what `--json` prints, and what everything else is rendered from. Every field is always there. */
export const evaluationReport = z
  .strictObject({
    reportVersion: z.literal(2),
    call: z.enum(["evaluate", "validate"]).describe("Which export of the challenge was called."),
    outcome: z.enum(OUTCOMES).exclude(["ready", "runnable"]),
    score: z
      .string()
      .regex(/^(0|-?[1-9]\d*)$/)
      .nullable()
      .describe("i64, in decimal digits; null without a verdict, and for validate."),
    valid: z.boolean().nullable().describe("null without a verdict."),
    message: z
      .string()
      .nullable()
      .describe(
        "The challenge's own words, unescaped, at most 65536 UTF-16 units; null without a verdict, and for validate.",
      ),
    messageOmitted: count.describe(
      "UTF-16 units at the end of the challenge's words that are not in message.",
    ),
    error: reportError.nullable(),
    metricsBase64: z.base64().nullable(),
    detailsBase64: z.base64().nullable(),
    memoryPeakBytes: count
      .nullable()
      .describe("The guest's memory at its end, when it was largest; null when it never had any."),
    fuelUsed: count
      .nullable()
      .describe(
        "What the guest computed, the same on every machine; null when it was killed or never called.",
      ),
    fuelVersion: count.nullable().describe("What fuel is counted by; compare no fuel across versions."),
    slices: count
      .nullable()
      .describe("How many turns the guest had on its thread; null when that is not known."),
    cpuTimeMs: milliseconds
      .nullable()
      .describe("How long those turns took together; null when that is not known."),
    deterministic: z
      .boolean()
      .nullable()
      .describe(
        "Whether it was asked for; what the guest saw is then the same on every machine. null when nothing was run.",
      ),
    clockStartMs: z
      .int()
      .nullable()
      .describe(
        "Where the guest's clock began, in milliseconds since 1970; null: it was the real one, or nothing was run.",
      ),
    durationMs: milliseconds.describe("Wall clock from the loaded inputs to the end of the cleanup."),
    commands: z.array(commandReport).describe("In the order in which they ended; at most 1000."),
    commandsOmitted: count,
    logs: z.array(logLine).describe("What the guest logged, within the policy's budget."),
    logsOmitted: count,
    evaluationId: z.string().nullable().describe("This and the next two are null when nothing could be run."),
    challengeId: z.string().nullable(),
    validatorId: z.string().nullable(),
    abi: z
      .enum(["head", "pr33"])
      .nullable()
      .describe("The ABI level that was spoken; null when the guest was never called."),
    moduleSha256: sha256.nullable(),
    policySha256: sha256.nullable(),
    policyFile: z.string().nullable().describe("null: the default policy, which denies every command."),
  })
  .refine(
    ({ outcome, valid, error }) =>
      valid === null ? error !== null : error === null && outcome === (valid ? "valid" : "not-valid"),
    {
      error: "outcome, valid and error contradict each other",
    },
  )
  .refine(({ outcome, error }) => error === null || OUTCOME_OF_ERROR[error.code] === outcome, {
    error: "outcome is not the one of error.code",
  });

/** What `assay doctor --json` prints. */
export const doctorReport = z
  .strictObject({
    reportVersion: z.literal(1),
    outcome: z.enum(OUTCOMES).exclude(["valid", "not-valid", "runnable"]),
    node: z.strictObject({
      version: z.string(),
      promiseIntegration: z.boolean().describe("Whether a guest can wait for a command (JSPI)."),
    }),
    platform: z.string(),
    isolated: z.boolean().describe("Whether every protection is active; only then do commands run."),
    protections: z.array(
      z.strictObject({
        protection: z.string(),
        status: z.enum(["active", "unavailable"]),
        detail: z.string(),
      }),
    ),
    durationMs: milliseconds,
    error: reportError.nullable(),
  })
  .refine(
    ({ outcome, error }) => (error === null ? outcome === "ready" : OUTCOME_OF_ERROR[error.code] === outcome),
    {
      error: "outcome is not the one of error.code",
    },
  );

export type EvaluationReport = z.infer<typeof evaluationReport>;
export type DoctorReport = z.infer<typeof doctorReport>;
export type CommandReport = z.infer<typeof commandReport>;
export type ReportError = z.infer<typeof reportError>;
