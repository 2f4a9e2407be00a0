import fc from "fast-check";
import { OUTCOME_OF_ERROR } from "../../src/outcome.ts";
import type { EvaluationReport } from "../../src/report/schema.ts";

/** Text as a hostile guest would choose it: escape codes, bidi overrides, separators, lone surrogates, newlines. */
export const hostileText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({
    unit: fc.constantFrom(
      "\u001b[2J",
      "\u009b31m",
      "\u202e",
      "\u2066",
      "\u200b",
      "\u2028",
      "\n",
      "\r",
      "\t",
      "\0",
      "\ud800",
      "\u{e0041}",
      "a",
      "漢",
      "́",
    ),
  }),
);

const count = fc.nat();
const requested = {
  program: hostileText,
  args: fc.array(hostileText, { maxLength: 4 }),
  argsOmitted: fc.nat({ max: 3 }),
};

const ran = fc.record({
  outcome: fc.constantFrom(
    "exited",
    "signalled",
    "timed-out",
    "output-limit",
    "out-of-memory",
    "cancelled",
    "spawn-failed",
  ),
  ...requested,
  exitCode: fc.option(fc.nat({ max: 255 })),
  signal: fc.option(hostileText),
  detail: fc.option(hostileText),
  stdinBytes: count,
  stdoutBytes: count,
  stderrBytes: count,
  truncated: fc.boolean(),
  durationMs: count,
  planSha256: fc.constant("0".repeat(64)),
});

const denied = fc.record({
  outcome: fc.constant("denied" as const),
  ...requested,
  denied: fc.array(fc.record({ code: hostileText, message: hostileText }), { maxLength: 3 }),
  reasonsOmitted: fc.nat({ max: 3 }),
});

const unread = fc.record({ outcome: fc.constantFrom("unreadable", "malformed"), message: hostileText });

const score = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
const verdict = fc
  .record({
    valid: fc.boolean(),
    score: fc.option(score),
    message: fc.option(hostileText),
    messageOmitted: count,
  })
  .map((known) => ({
    ...known,
    outcome: known.valid ? ("valid" as const) : ("not-valid" as const),
    error: null,
  }));

const failure = fc
  .record({
    code: fc.constantFrom(...(Object.keys(OUTCOME_OF_ERROR) as (keyof typeof OUTCOME_OF_ERROR)[])),
    message: hostileText,
  })
  .map((error) => ({
    valid: null,
    score: null,
    message: null,
    messageOmitted: 0,
    outcome: OUTCOME_OF_ERROR[error.code],
    error,
  }));

/** Any report that fits the schema. */
export const anyReport: fc.Arbitrary<EvaluationReport> = fc
  .tuple(
    fc.oneof(verdict, failure),
    fc.record({
      reportVersion: fc.constant(2 as const),
      call: fc.constantFrom("evaluate", "validate"),
      metricsBase64: fc.option(fc.base64String()),
      detailsBase64: fc.option(fc.base64String()),
      memoryPeakBytes: fc.option(count),
      fuelUsed: fc.option(count),
      fuelVersion: fc.option(count),
      slices: fc.option(count),
      cpuTimeMs: fc.option(count),
      deterministic: fc.option(fc.boolean()),
      clockStartMs: fc.option(fc.maxSafeInteger()),
      durationMs: count,
      commands: fc.array(fc.oneof(ran, denied, unread), { maxLength: 60 }),
      commandsOmitted: count,
      logs: fc.array(
        fc.record({ level: fc.constantFrom("info", "warn"), message: hostileText, droppedBytes: count }),
      ),
      logsOmitted: count,
      evaluationId: fc.option(hostileText),
      challengeId: fc.option(hostileText),
      validatorId: fc.option(hostileText),
      abi: fc.option(fc.constantFrom("head", "pr33")),
      moduleSha256: fc.option(fc.constant("a".repeat(64))),
      policySha256: fc.option(fc.constant("b".repeat(64))),
      policyFile: fc.option(hostileText),
    }),
  )
  .map(([ending, rest]) => ({ ...rest, ...ending }));
