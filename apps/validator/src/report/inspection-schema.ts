import { z } from "zod";
import { OUTCOME_OF_ERROR, OUTCOMES } from "../outcome.ts";
import { count, ERROR_CODES, milliseconds, reportError, sha256 } from "./schema.ts";

const level = z.enum(["head", "pr33"]);
const entryPoint = z.enum(["evaluate", "validate"]);
const name = z.string().describe("As the module has it, cut to 1024 characters. May hold any character.");
const kind = z.enum(["function", "table", "memory", "global", "tag"]);
const type = z.string().describe("Of a function, for instance (i32, i32) -> i64; otherwise the kind.");

const limitsIn = (unit: string) => ({
  minimum: count.describe(`In ${unit}.`),
  maximum: count.nullable().describe("null: the module sets none."),
  cappedTo: count
    .nullable()
    .describe("The maximum that it would get; null when it could not be had, because the module is refused."),
});

const refusal = z.strictObject({
  code: z.enum(ERROR_CODES).describe("The error code that an evaluation would end with."),
  message: z.string(),
  facts: z
    .record(z.string(), z.union([z.string(), z.number(), z.null()]))
    .describe("What the message says, for programs: a reason, and what belongs to it."),
});

/** What `assay inspect --json` prints. Every field is always there. */
export const inspectionReport = z
  .strictObject({
    reportVersion: z.literal(1),
    outcome: z.enum(OUTCOMES).exclude(["valid", "not-valid", "ready"]),
    moduleFile: z.string().nullable().describe("null when the arguments did not name one."),
    moduleSha256: sha256.nullable().describe("This and the next are null when the file could not be read."),
    sizeBytes: count.nullable(),
    abi: level
      .nullable()
      .describe("The ABI level that would be spoken; null when the exports are not known."),
    entryPoints: z.array(entryPoint).describe("Which calls have all the exports that they need."),
    allocator: z.enum(["alloc", "allocate"]).nullable().describe("Which export makes room for the input."),
    imports: z.array(
      z.strictObject({
        module: name,
        name,
        kind,
        type,
        providedAt: z.array(level).describe("The ABI levels at which assay provides it."),
      }),
    ),
    exports: z.array(
      z.strictObject({
        name,
        kind,
        type,
        recognisedAs: z.enum(["memory", "allocator", "entry-point"]).nullable(),
      }),
    ),
    memory: z
      .strictObject(limitsIn("pages of 64 KiB"))
      .nullable()
      .describe("The memory that the module defines."),
    tables: z.array(z.strictObject({ element: z.string(), ...limitsIn("elements") })),
    hasStart: z.boolean().nullable().describe("Whether code runs before the first call."),
    counts: z
      .strictObject({
        types: count,
        functions: count,
        globals: count,
        tags: count,
        elementSegments: count,
        dataSegments: count,
      })
      .nullable()
      .describe("Defined by the module."),
    customSections: z.array(z.strictObject({ name, sizeBytes: count })),
    declaredFeatures: z.array(z.string()).describe("Extensions of WebAssembly 1.0 that the sections show."),
    usedFeatures: z
      .array(z.strictObject({ feature: z.string(), functions: count }))
      .nullable()
      .describe("What the code uses, and in how many functions; null when it was not read."),
    rewrite: z
      .strictObject({
        beforeBytes: count,
        afterBytes: count,
        ratio: z.number().nonnegative().describe("afterBytes / beforeBytes, to two places."),
        durationMs: milliseconds,
        fuelVersion: count.describe("What fuel is counted by."),
        deterministic: z.boolean().describe("Whether it makes NaNs canonical."),
      })
      .nullable()
      .describe("What metering costs; null when the module is refused."),
    refusals: z.array(refusal).describe("Every reason why the module would not be run, at most 100."),
    refusalsOmitted: count,
    durationMs: milliseconds,
    error: reportError.nullable().describe("The first refusal, or why there is no inspection."),
  })
  .refine(
    ({ outcome, error, refusals }) =>
      error === null
        ? outcome === "runnable" && refusals.length === 0
        : OUTCOME_OF_ERROR[error.code] === outcome,
    { error: "outcome, refusals and error contradict each other" },
  );

export type InspectionReport = z.infer<typeof inspectionReport>;
export type RefusalReport = z.infer<typeof refusal>;
