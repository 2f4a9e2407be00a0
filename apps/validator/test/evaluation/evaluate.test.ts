import { type ProcessExecutor, ProcessExecutorError, type Sandbox } from "@assay/process-executor";
import { createSandboxHost, maxRequestBytes } from "@assay/sandbox-host";
import { defaultPolicy, type PreparedPolicy, preparePolicy } from "@assay/sandbox-policy";
import { createRuntime, FUEL_VERSION, type Runtime } from "@assay/wasm-runtime";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { failedReport, MAX_TEXT_CHARACTERS } from "../../src/evaluation/build-report.ts";
import { type EvaluationServices, runEvaluation } from "../../src/evaluation/evaluate.ts";
import { MAX_RESULT_BYTES } from "../../src/evaluation/guest-call.ts";
import type { EvaluationRequest } from "../../src/evaluation/request.ts";
import { evaluationReport } from "../../src/report/schema.ts";
import {
  answeringGuest,
  DATA,
  guestModule,
  i64Const,
  talkingGuest,
  VALID,
  wasiGuest,
} from "../support/guest-module.ts";

const logger = pino({ level: "silent" });
let runtime: Runtime;
let deniesAll: PreparedPolicy;
let allowsTrue: PreparedPolicy;

beforeAll(async () => {
  runtime = createRuntime();
  deniesAll = await prepared([]);
  allowsTrue = await prepared(["true"]);
});
afterAll(() => runtime.close());

async function prepared(allowedCommands: string[]): Promise<PreparedPolicy> {
  const result = await preparePolicy({ ...defaultPolicy(), allowedCommands });
  if (result.outcome !== "ok") throw new Error(JSON.stringify(result));
  return result.prepared;
}

/** An executor that does what a test needs it to, and otherwise opens sandboxes in which nothing is ever run. */
function fakeExecutor(
  changes: Partial<ProcessExecutor> = {},
  sandbox: Partial<Sandbox> = {},
): ProcessExecutor {
  const never = () => Promise.reject(new Error("not in this test"));
  const close = async () => {};
  const opened = { run: never, close, [Symbol.asyncDispose]: close, ...sandbox };
  return { open: async () => opened, probe: never, close, [Symbol.asyncDispose]: close, ...changes };
}

function services(executor: ProcessExecutor, changes: Partial<EvaluationServices> = {}): EvaluationServices {
  return {
    runtime,
    logger,
    createSandboxHost: (options) => createSandboxHost({ ...options, executor, logger }),
    ...changes,
  };
}

function request(changes: Partial<EvaluationRequest> = {}): EvaluationRequest {
  return {
    call: "evaluate",
    module: answeringGuest(VALID),
    submission: new Uint8Array(),
    params: new Uint8Array(),
    policy: allowsTrue,
    policyFile: null,
    identity: { evaluationId: "e", challengeId: "c", validatorId: "v" },
    abi: "auto",
    clock: { mode: "real" },
    deterministic: false,
    timeoutMs: 30_000,
    maxMemoryBytes: 16 * 1024 * 1024,
    fuel: null,
    ...changes,
  };
}

const weakness = new ProcessExecutorError({
  code: "ISOLATION_UNAVAILABLE",
  protection: "seccomp",
  detail: "no filter",
});
const full = new ProcessExecutorError({
  code: "WORK_DIRECTORY_FAILED",
  path: "/tmp/x",
  detail: "left behind",
});
const changed = new ProcessExecutorError({
  code: "PROGRAM_CHANGED",
  path: "/bin/true",
  detail: "other contents",
});

describe("a sandbox", () => {
  it("is opened while the module compiles", async () => {
    const opened = Promise.withResolvers<void>();
    const executor = fakeExecutor();
    const open: ProcessExecutor["open"] = (options) => {
      opened.resolve();
      return executor.open(options);
    };
    const compile: Runtime["compile"] = async (...args) => {
      // Settles only because nobody waits for the module before opening the sandbox.
      await opened.promise;
      return runtime.compile(...args);
    };
    const joined = services({ ...executor, open }, { runtime: { ...runtime, compile } });
    expect(await runEvaluation(joined, request())).toMatchObject({ outcome: "valid", score: "7" });
  });

  it("is not opened for a policy that allows no command", async () => {
    const executor = fakeExecutor({ open: () => Promise.reject(weakness) });
    const report = await runEvaluation(services(executor), request({ policy: deniesAll }));
    expect(report).toMatchObject({ outcome: "valid", error: null });
  });

  it("that cannot be had is the outcome, even when the guest would not have asked for a command", async () => {
    const executor = fakeExecutor({ open: () => Promise.reject(weakness) });
    const report = await runEvaluation(services(executor), request());
    expect(report).toMatchObject({ outcome: "isolation-unavailable", valid: null, score: null });
    expect(report.error).toEqual({ code: "ISOLATION_UNAVAILABLE", message: weakness.message });
    expect(report.error?.message).toContain("seccomp");
  });

  it("that cannot be removed takes the verdict back", async () => {
    const executor = fakeExecutor({}, { close: () => Promise.reject(full) });
    const report = await runEvaluation(services(executor), request());
    expect(report).toMatchObject({
      outcome: "internal-error",
      valid: null,
      error: { code: "WORK_DIRECTORY_FAILED" },
    });
  });
});

describe("a fault of ours", () => {
  const asksForTrue = () => request({ module: talkingGuest(["true"], "hello", VALID) });

  it("ends the guest and is reported with its code", async () => {
    const executor = fakeExecutor({}, { run: () => Promise.reject(changed) });
    const report = await runEvaluation(services(executor), asksForTrue());
    expect(report).toMatchObject({
      outcome: "internal-error",
      error: { code: "PROGRAM_CHANGED" },
      valid: null,
    });
  });

  it("that has no code of its own is INTERNAL", async () => {
    const executor = fakeExecutor({}, { run: () => Promise.reject(new TypeError("oops")) });
    const report = await runEvaluation(services(executor), asksForTrue());
    expect(report.error?.code).toBe("INTERNAL");
    expect(report.error?.message).toContain("oops");
  });

  it("is reported when the runtime fails, and the sandbox is closed all the same", async () => {
    let closed = false;
    const close = async () => {
      closed = true;
    };
    const broken: Runtime = { ...runtime, instantiate: () => Promise.reject(new Error("no threads")) };
    const joined = services(fakeExecutor({}, { close }), { runtime: broken });
    expect(await runEvaluation(joined, request())).toMatchObject({
      error: { code: "INTERNAL", message: "no threads" },
    });
    expect(closed).toBe(true);
  });
});

describe("ending an evaluation from outside", () => {
  it("before it begins runs nothing", async () => {
    const report = await runEvaluation(services(fakeExecutor()), request(), { signal: AbortSignal.abort() });
    expect(report).toMatchObject({ outcome: "cancelled", abi: null, error: { code: "CANCELLED" } });
  });

  it("while the module compiles does not wait for the compiler", async () => {
    const controller = new AbortController();
    const compile: Runtime["compile"] = () => {
      controller.abort();
      return new Promise(() => {});
    };
    const joined = services(fakeExecutor(), { runtime: { ...runtime, compile } });
    const report = await runEvaluation(joined, request(), { signal: controller.signal });
    expect(report.outcome).toBe("cancelled");
  });

  it("by its deadline bounds the compiler too", async () => {
    const compile: Runtime["compile"] = () => new Promise(() => {});
    const joined = services(fakeExecutor(), { runtime: { ...runtime, compile } });
    const report = await runEvaluation(joined, request({ timeoutMs: 20 }));
    expect(report.error).toEqual({ code: "DEADLINE", message: "the evaluation did not end within 20 ms" });
  });
  it("by its deadline holds for a verdict that came later, although no timer could fire meanwhile", async () => {
    const timeoutMs = 50;
    const blockedFor = (blockedMs: number): Runtime => ({
      ...runtime,
      async instantiate(...args) {
        const instance = await runtime.instantiate(...args);
        const evaluate: typeof instance.evaluate = async () => {
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, blockedMs);
          const outcome = { kind: "returned" as const, value: VALID };
          const usage = { memoryPeakBytes: 65_536, fuelUsed: 0, fuelVersion: 1, slices: 1, cpuTimeMs: 0 };
          return { outcome, ...usage, durationMs: blockedMs };
        };
        return { ...instance, evaluate, [Symbol.asyncDispose]: () => instance[Symbol.asyncDispose]() };
      },
    });
    const evaluated = (blockedMs: number, within: number) =>
      runEvaluation(
        services(fakeExecutor(), { runtime: blockedFor(blockedMs) }),
        request({ timeoutMs: within, policy: deniesAll }),
      );
    expect(await evaluated(timeoutMs, timeoutMs)).toMatchObject({
      outcome: "guest-failed",
      valid: null,
      score: null,
    });
    expect((await evaluated(timeoutMs, timeoutMs)).error?.code).toBe("DEADLINE");
    expect(await evaluated(timeoutMs, 30_000)).toMatchObject({ outcome: "valid", score: "7" });
  });
});

describe("what a guest writes", () => {
  const says = (message: string) => answeringGuest({ ...VALID, message });
  const evaluated = (message: string) =>
    runEvaluation(services(fakeExecutor()), request({ module: says(message), policy: deniesAll }));

  it("is its message up to 64 Ki characters, and the rest is counted", async () => {
    const fits = "x".repeat(MAX_TEXT_CHARACTERS);
    expect(await evaluated(fits)).toMatchObject({ message: fits, messageOmitted: 0 });
    expect(await evaluated(`${fits}yz`)).toMatchObject({ message: fits, messageOmitted: 2 });
    expect(await evaluated(`${fits.slice(1)}😀`)).toMatchObject({
      message: fits.slice(1),
      messageOmitted: 2,
    });
  });

  it("is a bad result above 4 MiB", async () => {
    const evaluate = i64Const((BigInt(MAX_RESULT_BYTES + 1) << 32n) | BigInt(DATA));
    const module = guestModule({ evaluate, memoryPages: 100 });
    const { outcome, error, message } = await runEvaluation(services(fakeExecutor()), request({ module }));
    expect({ outcome, message, code: error?.code }).toEqual({
      outcome: "guest-failed",
      message: null,
      code: "BAD_RESULT",
    });
    expect(error?.message).toContain("maxResultBytes (4194304)");
  });

  it("does not make an error longer than its message may be", () => {
    const error = { code: "LINK_FAILED", message: "x".repeat(MAX_TEXT_CHARACTERS + 5) } as const;
    const { message } = failedReport("evaluate", error).error ?? {};
    expect(message).toBe(`${"x".repeat(MAX_TEXT_CHARACTERS)}… (5 more characters)`);
  });
});

it("lets a guest send no more than a request that its policy could allow", async () => {
  const limits: unknown[] = [];
  const watched: Runtime = {
    ...runtime,
    instantiate(module, config) {
      limits.push(config?.maxMessageBytes, config?.maxResultBytes);
      return runtime.instantiate(module, config);
    },
  };
  await runEvaluation(services(fakeExecutor(), { runtime: watched }), request());
  expect(limits).toEqual([maxRequestBytes(allowsTrue.policy.limits), MAX_RESULT_BYTES]);
});

it("gives reports that fit the schema and say for whom, with what, and under which policy", async () => {
  const report = await runEvaluation(services(fakeExecutor()), request({ policyFile: "p.json" }));
  expect(evaluationReport.parse(report)).toEqual(report);
  expect(report).toMatchObject({
    evaluationId: "e",
    challengeId: "c",
    validatorId: "v",
    abi: "head",
    policySha256: allowsTrue.sha256,
    policyFile: "p.json",
    memoryPeakBytes: 131_072,
    fuelUsed: expect.any(Number),
    fuelVersion: FUEL_VERSION,
    slices: expect.any(Number),
    cpuTimeMs: expect.any(Number),
  });
});

describe("a challenge that was built for WASI", () => {
  const wasi = (changes: Partial<EvaluationRequest>) =>
    runEvaluation(services(fakeExecutor()), request({ module: wasiGuest("one\ntwo"), ...changes }));

  it("finds a log behind its standard output, a clock and random bytes", async () => {
    const report = await wasi({});

    expect(report).toMatchObject({ outcome: "valid", error: null });
    expect(report.logs).toEqual([
      { level: "info", message: "one", droppedBytes: 0 },
      { level: "info", message: "two", droppedBytes: 0 },
    ]);
    const details = Buffer.from(report.detailsBase64 ?? "", "base64");
    expect(details.readBigUInt64LE(8)).toBe(1n);
  });

  it("finds the same random bytes every time only where determinism is asked for", async () => {
    const clock = { mode: "deterministic", timestampMs: Number.MAX_SAFE_INTEGER } as const;
    const detailsOf = async (deterministic: boolean) => (await wasi({ deterministic, clock })).detailsBase64;

    expect(await detailsOf(true)).toBe(await detailsOf(true));
    expect(await detailsOf(false)).not.toBe(await detailsOf(false));
  });

  it("writes no more than the policy lets it log", async () => {
    const base = defaultPolicy();
    const budget = { ...base.budget, maxLogBytes: 5 };
    const small = await preparePolicy({ ...base, budget });
    if (small.outcome !== "ok") throw new Error("the policy is wrong");
    const { logs } = await wasi({ policy: small.prepared });

    expect(logs.map(({ message }) => message)).toEqual(["one", "t"]);
  });
});
