import { z } from "zod";
import { commandNameProblem, isCleanAbsolutePath, MAX_PATH_BYTES } from "./command-name.ts";
import { environmentNameProblem } from "./environment-name.ts";
import { crossFieldIssues } from "./schema-rules.ts";
import { MAX_STRING_BYTES, textProblem } from "./text.ts";
import { resolveWorkingDirectory, SANDBOX_WORK_DIRECTORY } from "./work-directory.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const KIB = 1024;
const MIB = 1024 * KIB;
const MAX_ENTRIES = 4096;

/** A number with both bounds in its message. Nothing in a policy is unlimited, and nothing is zero. */
function whole(unit: string, maximum: number, minimum = 1) {
  const error = `must be a whole number of ${unit} from ${minimum} to ${maximum}`;
  return z.int({ error }).min(minimum, { error }).max(maximum, { error });
}

function listOf<Item extends z.ZodType>(item: Item, maximum = MAX_ENTRIES) {
  return z
    .array(item, { error: "must be a list" })
    .max(maximum, { error: `must have at most ${maximum} entries` });
}

function yesOrNo() {
  return z.boolean({ error: "must be true or false" });
}

const commandName = z
  .string({ error: "must be the name or the absolute path of a program, in quotes" })
  .max(MAX_PATH_BYTES - 1)
  .refine((name) => commandNameProblem(name) === null, {
    error:
      "must be a bare program name such as git, or an absolute path without //, /./, /../ or a slash at its end",
  });

const environmentName = z
  .string({ error: "must be the name of an environment variable, in quotes" })
  .refine((name) => environmentNameProblem(name) === null, {
    error: "must be a name of letters, digits and _ that does not begin with a digit",
  });

const environmentValue = z
  .string({ error: "must be text, in quotes" })
  .max(MAX_STRING_BYTES, { error: `must be at most ${MAX_STRING_BYTES} bytes long` })
  .refine((value) => textProblem(value) === null, { error: "must be Unicode text without NUL" });

const searchDirectory = z
  .string({ error: "must be an absolute directory, in quotes" })
  .refine((path) => isCleanAbsolutePath(path) && commandNameProblem(path) === null && !path.includes(":"), {
    error:
      "must be an absolute directory such as /usr/bin, without //, /./, /../, a colon or a slash at its end",
  });

const commandLimits = {
  maxProcesses: whole("processes", 4096).describe(
    "Processes and threads that may exist at once in the sandbox (RLIMIT_NPROC).",
  ),
  maxOpenFiles: whole("files", 65_536, 16).describe("Open files of one process (RLIMIT_NOFILE)."),
  maxFileSizeBytes: whole("bytes", MIB * MIB).describe(
    "Largest file that a command may write, in bytes (RLIMIT_FSIZE).",
  ),
  cpuTimeMs: whole("milliseconds", DAY_MS).describe(
    "Processor time of one process, in milliseconds (RLIMIT_CPU).",
  ),
  maxStdinBytes: whole("bytes", 256 * MIB).describe("Standard input of one command, in bytes."),
  maxArguments: whole("arguments", 4096).describe("How many arguments a request may have."),
  maxArgumentBytes: whole("bytes", MIB).describe(
    "All arguments of a request together, in bytes of UTF-8, and one more for each.",
  ),
  maxEnvironmentVariables: whole("variables", 4096).describe(
    "How many environment variables a request may set.",
  ),
  maxEnvironmentBytes: whole("bytes", 512 * KIB).describe(
    "All environment variables of a request together, in bytes of UTF-8, and one more for each name and each value.",
  ),
};

const perCommand = {
  maxExecutionTimeMs: whole("milliseconds", DAY_MS).describe(
    "Wall-clock time of one command, in milliseconds. A request may ask for less.",
  ),
  maxOutputBytes: whole("bytes", 256 * MIB).describe(
    "Output kept of one command, in bytes, for standard output and standard error each.",
  ),
};

const limits = z
  .strictObject({
    maxProcesses: commandLimits.maxProcesses.default(64),
    maxOpenFiles: commandLimits.maxOpenFiles.default(256),
    maxFileSizeBytes: commandLimits.maxFileSizeBytes.default(64 * MIB),
    cpuTimeMs: commandLimits.cpuTimeMs.default(30_000),
    maxStdinBytes: commandLimits.maxStdinBytes.default(16 * MIB),
    maxArguments: commandLimits.maxArguments.default(1024),
    maxArgumentBytes: commandLimits.maxArgumentBytes.default(128 * KIB),
    maxEnvironmentVariables: commandLimits.maxEnvironmentVariables.default(128),
    maxEnvironmentBytes: commandLimits.maxEnvironmentBytes.default(64 * KIB),
  })
  .prefault({})
  .describe("What one command may use and one request may carry.");

const budget = z
  .strictObject({
    maxExecutions: whole("commands", 1_000_000)
      .default(100)
      .describe("Commands that one evaluation may start."),
    maxTotalTimeMs: whole("milliseconds", DAY_MS)
      .default(5 * MINUTE_MS)
      .describe("Wall-clock time of all commands of one evaluation together, in milliseconds."),
    maxTotalOutputBytes: whole("bytes", KIB * MIB)
      .default(64 * MIB)
      .describe("Output kept of all commands of one evaluation together, in bytes, both streams counted."),
    maxLogLines: whole("lines", 1_000_000).default(1000).describe("Log lines that one evaluation may write."),
    maxLogBytes: whole("bytes", 256 * MIB)
      .default(MIB)
      .describe("Log text that one evaluation may write, in bytes."),
  })
  .prefault({})
  .describe("What one whole evaluation may use, over all its commands.");

const commandRule = z
  .strictObject({
    program: commandName.describe("Name, looked up on searchPath, or absolute path of the program."),
    env: z
      .record(environmentName, environmentValue, { error: "must be an object of names and values" })
      .optional()
      .describe(
        "Variables that this program always gets with exactly these values; a request cannot change them.",
      ),
    limits: z
      .strictObject({ ...perCommand, ...commandLimits })
      .partial()
      .optional()
      .describe("Limits of this program alone. None may be higher than the policy's own."),
  })
  .describe("A program with pinned variables or with limits of its own.");

/** The format of a policy. Its JSON Schema and its types are public, the zod object is not. */
export const policySchema = z
  .strictObject(
    {
      version: z
        .literal(1, { error: "must be 1, the only version of this format" })
        .default(1)
        .describe("Version of this format."),
      allowedCommands: listOf(
        z.union([
          commandName.describe("Name, looked up on searchPath, or absolute path of a program."),
          commandRule,
        ]),
      )
        .default([])
        .describe("Programs that may run. Empty means that nothing may run."),
      blockedCommands: listOf(commandName.describe("Name or absolute path of a program."))
        .default([])
        .describe("Programs that may not run even when allowed: not under another name, and not as a copy."),
      maxExecutionTimeMs: perCommand.maxExecutionTimeMs.default(30_000),
      maxOutputBytes: perCommand.maxOutputBytes.default(MIB),
      onOutputLimit: z
        .enum(["discard", "end"], { error: 'must be "discard" or "end"' })
        .default("discard")
        .describe("Past maxOutputBytes: discard counts the rest and throws it away, end stops the command."),
      allowNetwork: yesOrNo().default(false).describe("Whether commands may use the network."),
      workingDirectory: z
        .string({ error: "must be a directory, in quotes" })
        .refine((directory) => resolveWorkingDirectory(SANDBOX_WORK_DIRECTORY, directory).outcome === "ok", {
          error: `must be a relative directory without .. and backslashes, or one at or below ${SANDBOX_WORK_DIRECTORY}`,
        })
        .default(".")
        .describe(
          "Where commands start and what a request's directory is relative to, itself relative to the private directory of the evaluation.",
        ),
      environmentWhitelist: listOf(environmentName.describe("Exact name of a variable."))
        .default([])
        .describe("Environment variables that a request may set."),
      searchPath: listOf(searchDirectory.describe("Absolute directory."), 64)
        .min(1, { error: "must name at least one directory" })
        .default(["/usr/local/bin", "/usr/bin", "/bin"])
        .describe("Where program names are looked up, first match first. Commands get it as PATH."),
      limits,
      budget,
      permissive: yesOrNo()
        .default(false)
        .describe(
          "Whether every program on searchPath may run. Dangerous: hosts refuse such a policy unless told not to.",
        ),
    },
    { error: (issue) => (issue.code === "invalid_type" ? "must be a JSON object" : undefined) },
  )
  .superRefine((policy, context) => {
    for (const { path, message } of crossFieldIssues(policy))
      context.addIssue({ code: "custom", path, message });
  })
  .describe("What an evaluation may run, and with which limits.");

/** A complete policy: every field is present. `{}` in a file becomes `defaultPolicy()`. */
export type SandboxPolicy = z.infer<typeof policySchema>;

/** An entry of `allowedCommands` with pinned variables or limits of its own. */
export type CommandRule = z.infer<typeof commandRule>;
