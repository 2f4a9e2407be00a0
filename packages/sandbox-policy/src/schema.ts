import { z } from "zod";
import { commandNameProblem } from "./command-name.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const MIB = 1024 * 1024;

/** A number with both bounds in its message. Nothing in a policy is unlimited, and nothing is zero. */
function whole(unit: string, maximum: number, minimum = 1) {
  const error = `must be a whole number of ${unit} from ${minimum} to ${maximum}`;
  return z.int({ error }).min(minimum, { error }).max(maximum, { error });
}

const commandName = z
  .string({ error: "must be the name or the absolute path of a program" })
  .refine((name) => commandNameProblem(name) === null, {
    error: "must be a bare program name such as git, or an absolute path without //, . or ..",
  });

const commandLimits = {
  maxProcesses: whole("processes", 4096).describe(
    "Processes and threads that may exist at once in the sandbox (RLIMIT_NPROC).",
  ),
  maxOpenFiles: whole("files", 65_536, 16).describe("Open files of one process (RLIMIT_NOFILE)."),
  maxFileSizeBytes: whole("bytes", 1024 * 1024 * MIB).describe(
    "Largest file that a command may write, in bytes (RLIMIT_FSIZE).",
  ),
  cpuTimeMs: whole("milliseconds", DAY_MS).describe(
    "Processor time of one process, in milliseconds (RLIMIT_CPU).",
  ),
  maxStdinBytes: whole("bytes", 256 * MIB).describe("Standard input of one command, in bytes."),
  maxArguments: whole("arguments", 4096).describe("How many arguments a request may have."),
  maxArgumentBytes: whole("bytes", MIB).describe(
    "All arguments of a request together, in bytes of UTF-8, one more for the end of each.",
  ),
  maxEnvironmentVariables: whole("variables", 4096).describe(
    "How many environment variables a request may set.",
  ),
  maxEnvironmentBytes: whole("bytes", MIB / 2).describe(
    "All environment variables of a request together, in bytes of UTF-8, two more for each variable.",
  ),
} as const;

const maxExecutionTimeMs = whole("milliseconds", DAY_MS).describe(
  "Wall-clock time of one command, in milliseconds. A request may ask for less.",
);
const maxOutputBytes = whole("bytes", 256 * MIB).describe(
  "Output kept of one command, in bytes, for standard output and standard error each.",
);

const limits = z
  .strictObject({
    maxProcesses: commandLimits.maxProcesses.default(64),
    maxOpenFiles: commandLimits.maxOpenFiles.default(256),
    maxFileSizeBytes: commandLimits.maxFileSizeBytes.default(64 * MIB),
    cpuTimeMs: commandLimits.cpuTimeMs.default(30_000),
    maxStdinBytes: commandLimits.maxStdinBytes.default(16 * MIB),
    maxArguments: commandLimits.maxArguments.default(1024),
    maxArgumentBytes: commandLimits.maxArgumentBytes.default(131_072),
    maxEnvironmentVariables: commandLimits.maxEnvironmentVariables.default(128),
    maxEnvironmentBytes: commandLimits.maxEnvironmentBytes.default(65_536),
  })
  .describe("What one command may use and one request may carry.");

const ruleLimits = z
  .strictObject({ maxExecutionTimeMs, maxOutputBytes, ...commandLimits })
  .partial()
  .describe("Limits of this program. Each may only be lower than, or equal to, the policy's own.");

const budget = z
  .strictObject({
    maxExecutions: whole("commands", 1_000_000)
      .default(100)
      .describe("Commands that one evaluation may start."),
    maxTotalTimeMs: whole("milliseconds", DAY_MS)
      .default(5 * MINUTE_MS)
      .describe("Wall-clock time of all commands of one evaluation together, in milliseconds."),
    maxTotalOutputBytes: whole("bytes", 1024 * MIB)
      .default(64 * MIB)
      .describe("Output kept of all commands of one evaluation together, in bytes, both streams counted."),
    maxLogLines: whole("lines", 1_000_000).default(1000).describe("Log lines that one evaluation may write."),
    maxLogBytes: whole("bytes", 256 * MIB)
      .default(MIB)
      .describe("Log text that one evaluation may write, in bytes."),
  })
  .describe("What one whole evaluation may use, over all its commands.");

const commandRule = z
  .strictObject({
    program: commandName.describe("Name, looked up on searchPath, or absolute path of the program."),
    env: z
      .record(z.string(), z.string())
      .describe(
        "Variables that this program always gets with exactly these values; a request cannot change them.",
      )
      .optional(),
    limits: ruleLimits.optional(),
  })
  .describe("A program with pinned variables or limits of its own.");

/** @internal The schema itself stays inside the package; its JSON Schema and its types are public. */
export const policySchema = z
  .strictObject({
    version: z.literal(1).default(1).describe("Version of this format."),
    allowedCommands: z
      .array(z.union([commandName.describe("Name or absolute path of a program."), commandRule]))
      .max(4096)
      .default([])
      .describe("Programs that may run. Empty means that nothing may run."),
    blockedCommands: z
      .array(commandName.describe("Name or absolute path of a program."))
      .max(4096)
      .default([])
      .describe("Programs that may not run even when allowedCommands has them, under any name or as a copy."),
    maxExecutionTimeMs: maxExecutionTimeMs.default(30_000),
    maxOutputBytes: maxOutputBytes.default(MIB),
    onOutputLimit: z
      .enum(["discard", "end"])
      .default("discard")
      .describe(
        "What happens past maxOutputBytes: discard counts the rest and throws it away, end stops the command.",
      ),
    allowNetwork: z.boolean().default(false).describe("Whether commands may use the network."),
    workingDirectory: z
      .string()
      .default(".")
      .describe("Directory in which commands start, relative to the private directory of the evaluation."),
    environmentWhitelist: z
      .array(z.string())
      .max(4096)
      .default([])
      .describe("Environment variables that a request may set, by exact name."),
    searchPath: z
      .array(z.string())
      .min(1)
      .max(64)
      .default(["/usr/local/bin", "/usr/bin", "/bin"])
      .describe(
        "Absolute directories in which program names are looked up, first match first. Commands get it as PATH.",
      ),
    limits: limits.prefault({}),
    budget: budget.prefault({}),
    permissive: z
      .boolean()
      .default(false)
      .describe(
        "Whether every program on searchPath may run. Dangerous: hosts may refuse to run such a policy.",
      ),
  })
  .describe("What an evaluation may run, and with which limits.");

/** A complete policy: every field is present. `{}` in a file becomes `defaultPolicy()`. */
export type SandboxPolicy = z.infer<typeof policySchema>;

/** An entry of `allowedCommands` with pinned variables or limits. */
export type CommandRule = Exclude<SandboxPolicy["allowedCommands"][number], string>;
