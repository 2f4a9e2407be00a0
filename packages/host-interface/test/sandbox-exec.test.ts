import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ABI_LEVELS,
  BincodeError,
  bincode,
  decode,
  decodeSandboxExecAnswer,
  decodeSandboxExecRequest,
  encode,
  encodeSandboxExecAnswer,
  encodeSandboxExecRequest,
  malformedSandboxExecRequest,
  type SandboxExecAnswer,
  type SandboxExecFailure,
  type SandboxExecRequest,
  sandboxExecRequest,
  sandboxExecResult,
} from "../src/index.ts";
import { bincodeFailureOf, hostFailureOf } from "./support/failure.ts";

const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const text = fc.string({ unit: "binary", maxLength: 12 });
const bytes = fc.uint8Array({ maxLength: 24 });

const request: SandboxExecRequest = {
  command: "sh",
  args: ["-c", "echo hi"],
  env: [["A", "1"]],
  workingDirectory: "/tmp",
  stdin: Uint8Array.of(1, 2),
  timeoutMs: 1500n,
};

describe("a request", () => {
  const requests = fc.record({
    command: text,
    args: fc.array(text, { maxLength: 4 }),
    env: fc.uniqueArray(fc.tuple(text, text), { maxLength: 4, selector: ([name]) => name }),
    workingDirectory: fc.option(text),
    stdin: fc.option(bytes),
    timeoutMs: fc.option(u64.filter((timeoutMs) => timeoutMs !== 0n)),
  });

  it("of head survives the wire", () => {
    fc.assert(
      fc.property(requests, (any) => {
        expect(decodeSandboxExecRequest("head", encodeSandboxExecRequest("head", any))).toEqual(any);
      }),
    );
  });

  it("of pr33 survives the wire without its timeout", () => {
    fc.assert(
      fc.property(requests, (any) => {
        expect(decodeSandboxExecRequest("pr33", encodeSandboxExecRequest("pr33", any))).toEqual({
          ...any,
          timeoutMs: null,
        });
      }),
    );
  });

  it("has its fields in the order of its level", () => {
    expect(decode(sandboxExecRequest.head, encodeSandboxExecRequest("head", request))).toEqual({
      command: "sh",
      args: ["-c", "echo hi"],
      envVars: [["A", "1"]],
      workingDir: "/tmp",
      stdin: Uint8Array.of(1, 2),
      timeoutMs: 1500n,
    });
    expect(decode(sandboxExecRequest.pr33, encodeSandboxExecRequest("pr33", request))).toEqual({
      command: "sh",
      args: ["-c", "echo hi"],
      env: [["A", "1"]],
      stdin: Uint8Array.of(1, 2),
      workingDirectory: "/tmp",
    });
  });

  it("leaves the timeout to the policy with 0 and with null, which are the same", () => {
    const encoded = encodeSandboxExecRequest("head", { ...request, timeoutMs: null });
    expect(encoded).toEqual(encodeSandboxExecRequest("head", { ...request, timeoutMs: 0n }));
    expect(decodeSandboxExecRequest("head", encoded).timeoutMs).toBeNull();
  });

  it("tells no stdin from an empty one", () => {
    for (const level of ABI_LEVELS) {
      const roundTrip = (stdin: Uint8Array | null) =>
        decodeSandboxExecRequest(level, encodeSandboxExecRequest(level, { ...request, stdin })).stdin;
      expect(roundTrip(null)).toBeNull();
      expect(roundTrip(new Uint8Array())).toEqual(new Uint8Array());
    }
  });

  it("keeps a variable that is set twice at head; at pr33 the last one counts", () => {
    const twice = {
      ...request,
      env: [
        ["A", "1"],
        ["B", "2"],
        ["A", "3"],
      ] as const,
    };
    expect(decodeSandboxExecRequest("head", encodeSandboxExecRequest("head", twice)).env).toEqual(twice.env);
    expect(decodeSandboxExecRequest("pr33", encodeSandboxExecRequest("pr33", twice)).env).toEqual([
      ["A", "3"],
      ["B", "2"],
    ]);
  });

  it("of head read at pr33 decodes and means something else, which is why the host has to know the level", () => {
    const misread = decodeSandboxExecRequest("pr33", encodeSandboxExecRequest("head", request));
    expect(misread).toMatchObject({
      stdin: new TextEncoder().encode("/tmp"),
      workingDirectory: "\u0001\u0002",
      timeoutMs: null,
    });
  });

  it("of pr33 read at head is refused", () => {
    const encoded = encodeSandboxExecRequest("pr33", request);
    expect(bincodeFailureOf(() => decodeSandboxExecRequest("head", encoded))).toMatchObject({
      code: "UNEXPECTED_END",
    });
  });

  it("longer than maxMessageBytes is refused", () => {
    const encoded = encodeSandboxExecRequest("head", request);
    const limit = { maxMessageBytes: encoded.length - 1 };
    expect(bincodeFailureOf(() => decodeSandboxExecRequest("head", encoded, limit))).toMatchObject({
      code: "SIZE_LIMIT",
    });
  });

  it.each([
    { level: "head", text: "invalid sandbox exec request: io error: unexpected end of file" },
    { level: "pr33", text: "invalid sandbox exec payload: io error: unexpected end of file" },
  ] as const)(
    "that is malformed is answered at $level in the original's words",
    ({ level, text: expected }) => {
      const error = new BincodeError({ code: "UNEXPECTED_END", offset: 0, reading: "value" });
      expect(malformedSandboxExecRequest(level, error)).toEqual({ kind: "execution-failed", text: expected });
    },
  );
});

describe("an answer", () => {
  const failures: fc.Arbitrary<SandboxExecFailure> = fc.oneof(
    fc.constant({ kind: "disabled" } as const),
    fc.record({ kind: fc.constant("command-not-allowed" as const), text }),
    fc.record({ kind: fc.constant("execution-failed" as const), text }),
    fc.record({ kind: fc.constant("timeout" as const), timeoutMs: u64.map((ms) => ms - (ms % 1000n)) }),
  );
  const answers: fc.Arbitrary<SandboxExecAnswer> = fc.oneof(
    fc.record({
      ok: fc.constant(true as const),
      exitCode: fc.integer(),
      stdout: bytes,
      stderr: bytes,
      durationMs: u64,
    }),
    failures.map((error) => ({ ok: false as const, error })),
  );

  it.each(ABI_LEVELS)("of %s survives the wire, timeouts in whole seconds", (level) => {
    fc.assert(
      fc.property(answers, (any) => {
        expect(decodeSandboxExecAnswer(level, encodeSandboxExecAnswer(level, any))).toEqual(any);
      }),
    );
  });

  it.each(ABI_LEVELS)("of %s takes 32 bytes more than its streams", (level) => {
    const answer = {
      ok: true,
      exitCode: 7,
      stdout: new Uint8Array(10),
      stderr: new Uint8Array(5),
      durationMs: 3n,
    } as const;
    expect(encodeSandboxExecAnswer(level, answer)).toHaveLength(32 + 10 + 5);
  });

  it.each([
    { timeoutMs: 999n, seconds: 0n },
    { timeoutMs: 1000n, seconds: 1n },
    { timeoutMs: 1999n, seconds: 1n },
  ])("of head tells a timeout of $timeoutMs ms in whole seconds: $seconds", ({ timeoutMs, seconds }) => {
    const encoded = encodeSandboxExecAnswer("head", { ok: false, error: { kind: "timeout", timeoutMs } });
    expect(decode(sandboxExecResult.head, encoded)).toEqual({
      variant: "Err",
      value: { variant: "ExecutionTimeout", value: seconds },
    });
    expect(decodeSandboxExecAnswer("head", encoded)).toEqual({
      ok: false,
      error: { kind: "timeout", timeoutMs: seconds * 1000n },
    });
  });

  it("of pr33 tells a timeout in milliseconds", () => {
    const answer = { ok: false, error: { kind: "timeout", timeoutMs: 999n } } as const;
    expect(decodeSandboxExecAnswer("pr33", encodeSandboxExecAnswer("pr33", answer))).toEqual(answer);
  });

  it.each([
    { level: "head", error: { kind: "memory-error", text: "memory read out of bounds" } },
    { level: "pr33", error: { kind: "execution-failed", text: "memory read out of bounds" } },
  ] as const)("of $level tells a memory error as $error.kind", ({ level, error }) => {
    const answer = { ok: false, error: { kind: "memory-error", text: "memory read out of bounds" } } as const;
    expect(decodeSandboxExecAnswer(level, encodeSandboxExecAnswer(level, answer))).toEqual({
      ok: false,
      error,
    });
  });

  it.each([
    { variant: { variant: "OutputTooLarge", value: 5n }, text: "output too large: 5 bytes" },
    { variant: { variant: "PolicyViolation", value: "no" }, text: "policy violation: no" },
  ] as const)(
    "of pr33 with the unused $variant.variant is an execution failure that says so",
    ({ variant, text: expected }) => {
      const encoded = encode(sandboxExecResult.pr33, { variant: "Err", value: variant });
      expect(decodeSandboxExecAnswer("pr33", encoded)).toEqual({
        ok: false,
        error: { kind: "execution-failed", text: expected },
      });
    },
  );

  it("with text that has no UTF-8 is a failure of the host", () => {
    const answer = { ok: false, error: { kind: "execution-failed", text: "\ud800" } } as const;
    expect(hostFailureOf(() => encodeSandboxExecAnswer("head", answer))).toEqual({
      code: "VALUE_NOT_ENCODABLE",
      path: "value.value",
      expected: "well-formed text",
    });
  });

  it("that is another message is refused", () => {
    const other = encode(bincode.u32, 2);
    expect(bincodeFailureOf(() => decodeSandboxExecAnswer("head", other))).toEqual({
      code: "INVALID_RESULT",
      offset: 0,
      found: 2,
    });
  });
});
