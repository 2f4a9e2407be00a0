import fc from "fast-check";
import { OUTCOME_OF_ERROR } from "../../src/outcome.ts";
import type { InspectionReport } from "../../src/report/inspection-schema.ts";
import { hostileText } from "./arbitrary-report.ts";

const count = fc.nat();
const levels = fc.subarray(["head", "pr33"] as const);
const kind = fc.constantFrom("function", "table", "memory", "global", "tag");
const limits = { minimum: count, maximum: fc.option(count), cappedTo: fc.option(count) };
const codes = Object.keys(OUTCOME_OF_ERROR) as (keyof typeof OUTCOME_OF_ERROR)[];

const refusal = fc.record({
  code: fc.constantFrom(...codes),
  message: hostileText,
  // Our own names, of fields of refusals: nothing of a module is one.
  facts: fc.dictionary(
    fc.stringMatching(/^[a-z][A-Za-z]{0,20}$/),
    fc.oneof(hostileText, count, fc.constant(null)),
  ),
});

/** Any report of an inspection that fits the schema, with names as a hostile module would choose them. */
export const anyInspection: fc.Arbitrary<InspectionReport> = fc
  .record({
    reportVersion: fc.constant(1 as const),
    moduleFile: fc.option(hostileText),
    moduleSha256: fc.option(fc.constant("a".repeat(64))),
    sizeBytes: fc.option(count),
    abi: fc.option(fc.constantFrom("head", "pr33")),
    entryPoints: fc.subarray(["evaluate", "validate"] as const),
    allocator: fc.option(fc.constantFrom("alloc", "allocate")),
    imports: fc.array(
      fc.record({ module: hostileText, name: hostileText, kind, type: hostileText, providedAt: levels }),
      { maxLength: 60 },
    ),
    exports: fc.array(
      fc.record({
        name: hostileText,
        kind,
        type: hostileText,
        recognisedAs: fc.option(fc.constantFrom("memory", "allocator", "entry-point")),
      }),
    ),
    memory: fc.option(fc.record(limits)),
    tables: fc.array(fc.record({ element: fc.constantFrom("funcref", "externref"), ...limits })),
    hasStart: fc.option(fc.boolean()),
    counts: fc.option(
      fc.record({
        types: count,
        functions: count,
        globals: count,
        tags: count,
        elementSegments: count,
        dataSegments: count,
      }),
    ),
    customSections: fc.array(fc.record({ name: hostileText, sizeBytes: count })),
    declaredFeatures: fc.subarray(["bulk-memory", "simd"]),
    usedFeatures: fc.option(
      fc.array(fc.record({ feature: fc.constantFrom("simd", "tail-calls"), functions: count })),
    ),
    rewrite: fc.option(
      fc.record({
        beforeBytes: count,
        afterBytes: count,
        ratio: count,
        durationMs: count,
        fuelVersion: count,
        deterministic: fc.boolean(),
      }),
    ),
    refusals: fc.array(refusal, { maxLength: 60 }),
    refusalsOmitted: count,
    durationMs: count,
  })
  .map((report) => {
    const [first] = report.refusals;
    if (first === undefined) return { ...report, outcome: "runnable", error: null };
    const { code, message } = first;
    return { ...report, outcome: OUTCOME_OF_ERROR[code], error: { code, message } };
  });
