import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { type BudgetSpent, decide } from "../../src/index.ts";
import { allowed, codes, prepared, request, rule } from "../support.ts";

const NOTHING: BudgetSpent = { executions: 0, totalTimeMs: 0, totalOutputBytes: 0, logLines: 0, logBytes: 0 };

describe("the time limit of a command", () => {
  it.each([
    { name: "is the policy's when the request has none", timeoutMs: null, expected: 30_000 },
    { name: "is the policy's when the request says 0", timeoutMs: 0, expected: 30_000 },
    { name: "is the request's when that is less", timeoutMs: 500, expected: 500 },
    { name: "is the policy's when the request asks for more", timeoutMs: 2 ** 64, expected: 30_000 },
  ])("$name", ({ timeoutMs, expected }) => {
    expect(allowed(decide(prepared(), request({ timeoutMs }))).limits.timeoutMs).toBe(expected);
  });

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])("cannot be asked to be %d", (timeoutMs) => {
    expect(decide(prepared(), request({ timeoutMs }))).toEqual({
      outcome: "deny",
      reasons: [{ code: "REQUEST_MALFORMED", field: "timeoutMs" }],
    });
  });
});

test("a rule lowers the limits of its own program only", () => {
  const limits = { maxExecutionTimeMs: 100, maxOutputBytes: 10, maxProcesses: 3, cpuTimeMs: 50 };
  const policy = prepared({}, [rule("cat", { limits }), rule("ls")]);
  expect(allowed(decide(policy, request())).limits).toEqual({
    timeoutMs: 100,
    maxOutputBytes: 10,
    cpuTimeMs: 50,
    maxProcesses: 3,
    maxOpenFiles: 256,
    maxFileSizeBytes: 67_108_864,
    maxStdinBytes: 16_777_216,
  });
  expect(allowed(decide(policy, request({ command: "ls" }))).limits.timeoutMs).toBe(30_000);
});

test("a rule never raises a limit, even when it got past the schema", () => {
  const policy = prepared({}, [rule("cat", { limits: { maxOutputBytes: 2_000_000 } })]);
  expect(allowed(decide(policy, request())).limits.maxOutputBytes).toBe(1_048_576);
});

test("standard input above its limit is denied, and up to it is not", () => {
  const limits = { ...prepared().policy.limits, maxStdinBytes: 10 };
  expect(codes(decide(prepared({ limits }), request({ stdinBytes: 10 })))).toEqual(["allow"]);
  expect(codes(decide(prepared({ limits }), request({ stdinBytes: 11 })))).toEqual(["STDIN_TOO_LARGE"]);
});

describe("a budget of the evaluation", () => {
  const policy = prepared({
    budget: {
      maxExecutions: 3,
      maxTotalTimeMs: 1000,
      maxTotalOutputBytes: 5000,
      maxLogLines: 1,
      maxLogBytes: 1,
    },
  });

  it.each([
    { budget: "executions", spent: { executions: 3 }, maximum: 3 },
    { budget: "totalTimeMs", spent: { totalTimeMs: 1000 }, maximum: 1000 },
    { budget: "totalOutputBytes", spent: { totalOutputBytes: 6000 }, maximum: 5000 },
  ])("denies by its name once $budget is used up", ({ budget, spent, maximum }) => {
    const [value] = Object.values(spent);
    expect(decide(policy, request(), { ...NOTHING, ...spent })).toEqual({
      outcome: "deny",
      reasons: [{ code: "BUDGET_EXHAUSTED", budget, spent: value, maximum }],
    });
  });

  test("lowers time and output to what is left", () => {
    const plan = allowed(decide(policy, request(), { ...NOTHING, totalTimeMs: 900, totalOutputBytes: 4990 }));
    expect(plan.limits).toMatchObject({ timeoutMs: 100, maxOutputBytes: 10 });
  });

  test("leaves at least one millisecond while any of it is left", () => {
    const plan = allowed(decide(policy, request(), { ...NOTHING, totalTimeMs: 999.999 }));
    expect(plan.limits.timeoutMs).toBe(1);
  });

  test("for log lines never stops a command", () => {
    expect(codes(decide(policy, request(), { ...NOTHING, logLines: 99, logBytes: 99 }))).toEqual(["allow"]);
  });

  it.each([Number.NaN, -1, Number.NEGATIVE_INFINITY])(
    "denies when the count is broken (%d)",
    (executions) => {
      expect(decide(policy, request(), { ...NOTHING, executions })).toEqual({
        outcome: "deny",
        reasons: [{ code: "CHECK_FAILED", check: "budget" }],
      });
    },
  );
});

test("every limit of a plan is a whole number from 1 to the policy's", () => {
  const amount = fc.double({ min: 0, max: 400_000, noNaN: true });
  const timeout = fc.option(fc.nat(), { nil: null });
  fc.assert(
    fc.property(amount, fc.nat(70_000_000), timeout, (totalTimeMs, totalOutputBytes, timeoutMs) => {
      const decision = decide(prepared(), request({ timeoutMs }), {
        ...NOTHING,
        totalTimeMs,
        totalOutputBytes,
      });
      if (decision.outcome === "deny") return;
      const { maxExecutionTimeMs, maxOutputBytes, limits } = prepared().policy;
      const maximum = { ...limits, timeoutMs: maxExecutionTimeMs, maxOutputBytes };
      for (const [name, value] of Object.entries(decision.plan.limits)) {
        expect(Number.isInteger(value), name).toBe(true);
        expect(value, name).toBeGreaterThanOrEqual(1);
        expect(value, name).toBeLessThanOrEqual(maximum[name as keyof typeof maximum]);
      }
    }),
  );
});
