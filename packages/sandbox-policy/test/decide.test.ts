import { describe, expect, it, test } from "vitest";
import {
  type CommandRequest,
  decide,
  defaultPolicy,
  type PreparedPolicy,
  SandboxPolicyError,
} from "../src/index.ts";
import { codes, prepared, request, rule } from "./support.ts";

test("the default policy denies every command, because an empty allow list allows nothing", () => {
  const policy = prepared(defaultPolicy(), []);
  for (const command of ["cat", "sh", "/bin/sh", "*", ""]) {
    expect(decide(policy, request({ command })).outcome).toBe("deny");
  }
});

test("reports all reasons, in a fixed order", () => {
  const policy = prepared({ blockedCommands: ["rm"] }, [rule("cat")], [{ entry: "rm", files: [] }]);
  const everythingWrong = request({
    command: "rm",
    args: ["\0"],
    env: [["A", "x"]],
    workingDirectory: "..",
    stdinBytes: 1e12,
  });
  const spent = { executions: 1e9, totalTimeMs: 1e9, totalOutputBytes: 1e12, logLines: 0, logBytes: 0 };
  expect(codes(decide(policy, everythingWrong, spent))).toEqual([
    "PROGRAM_NOT_LISTED",
    "PROGRAM_BLOCKED",
    "ARGUMENT_MALFORMED",
    "ENV_NOT_ALLOWED",
    "WORKING_DIRECTORY_REFUSED",
    "STDIN_TOO_LARGE",
    "BUDGET_EXHAUSTED",
    "BUDGET_EXHAUSTED",
    "BUDGET_EXHAUSTED",
  ]);
});

test("the network is what the policy says, off by default", () => {
  expect(decide(prepared(), request())).toMatchObject({ plan: { network: false } });
  expect(decide(prepared({ allowNetwork: true }), request())).toMatchObject({ plan: { network: true } });
});

test("the plan says what happens past the output limit", () => {
  expect(decide(prepared(), request())).toMatchObject({ plan: { onOutputLimit: "discard" } });
  expect(decide(prepared({ onOutputLimit: "end" }), request())).toMatchObject({
    plan: { onOutputLimit: "end" },
  });
});

test("the same arguments always give the same plan", () => {
  const [one, two] = [decide(prepared(), request()), decide(prepared(), request())];
  expect(one).toEqual(two);
});

describe("a request of the wrong shape is denied, not thrown", () => {
  it.each([
    { name: "no command", parts: { command: undefined }, fields: ["command"] },
    {
      name: "a command that is an object",
      parts: { command: { toString: () => "cat" } },
      fields: ["command"],
    },
    { name: "arguments that are a text", parts: { args: "abc" }, fields: ["args"] },
    { name: "arguments that are not texts", parts: { args: ["a", 1] }, fields: ["args"] },
    { name: "arguments with holes", parts: { args: new Array(3) }, fields: ["args"] },
    { name: "an environment that is an object", parts: { env: { A: "x" } }, fields: ["env"] },
    { name: "variables of one text", parts: { env: [["A"]] }, fields: ["env"] },
    { name: "a variable that is null", parts: { env: [null] }, fields: ["env"] },
    { name: "a variable that is a text of two characters", parts: { env: ["ab"] }, fields: ["env"] },
    { name: "variables of three texts", parts: { env: [["A", "x", "y"]] }, fields: ["env"] },
    { name: "a directory that is a number", parts: { workingDirectory: 1 }, fields: ["workingDirectory"] },
    { name: "no directory at all", parts: { workingDirectory: undefined }, fields: ["workingDirectory"] },
    { name: "negative standard input", parts: { stdinBytes: -1 }, fields: ["stdinBytes"] },
    { name: "standard input that is no number", parts: { stdinBytes: Number.NaN }, fields: ["stdinBytes"] },
    {
      name: "everything",
      parts: { command: 1, args: 1, env: 1, stdinBytes: "1", timeoutMs: "1" },
      fields: ["command", "args", "env", "stdinBytes", "timeoutMs"],
    },
  ])("$name", ({ parts, fields }) => {
    const asked = { ...request(), ...parts } as unknown as CommandRequest;
    expect(decide(prepared(), asked)).toEqual({
      outcome: "deny",
      reasons: fields.map((field) => ({ code: "REQUEST_MALFORMED", field })),
    });
  });
});

describe("a check that throws denies", () => {
  const failed = { outcome: "deny", reasons: [{ code: "CHECK_FAILED", check: "request" }] };
  it.each([
    {
      name: "a getter that throws",
      asked: {
        ...request(),
        get args(): string[] {
          throw new Error("no");
        },
      },
    },
    {
      name: "a list whose items throw",
      asked: request({
        args: new Proxy(["a"], { get: (list, key) => (key === "0" ? fail() : Reflect.get(list, key)) }),
      }),
    },
  ])("$name", ({ asked }) => expect(decide(prepared(), asked)).toEqual(failed));

  test("nothing at all", () => {
    expect(decide(prepared(), null as unknown as CommandRequest)).toEqual(failed);
  });
});

function fail(): never {
  throw new Error("no");
}

test("reads a request once: what is checked is what is planned", () => {
  const answers = ["cat", "sh"];
  const fickle = {
    ...request(),
    get command() {
      return answers.shift() ?? "sh";
    },
  };
  expect(decide(prepared(), fickle)).toMatchObject({ plan: { program: { name: "cat" } } });
});

const original = prepared();

describe("takes only a policy that preparePolicy made", () => {
  it.each([
    { name: "a copy of its fields", policy: { ...original } },
    { name: "an object that inherits from it", policy: Object.create(original) },
    { name: "a proxy of it", policy: new Proxy(original, {}) },
    { name: "a plain policy", policy: defaultPolicy() },
    { name: "nothing", policy: null },
  ])("not $name", ({ policy }) => {
    const call = () => decide(policy as PreparedPolicy, request());
    expect(call).toThrow(SandboxPolicyError);
    expect(call).toThrow(expect.objectContaining({ failure: { code: "POLICY_NOT_PREPARED" } }));
  });
});

test("the constructor of a prepared policy prepares nothing for anybody else", () => {
  const Prepared = original.constructor as new (...facts: unknown[]) => unknown;
  expect(() => new Prepared({ ...original })).toThrow(TypeError);
  expect(() => new Prepared(Symbol("assay.sandbox-policy.prepare"), { ...original })).toThrow(TypeError);
});

test("a prepared policy cannot be changed afterwards", () => {
  const policy = prepared({ allowedCommands: ["cat"] });
  expect(() => policy.policy.allowedCommands.push("sh")).toThrow(TypeError);
  expect(() => Object.assign(policy.policy, { allowNetwork: true })).toThrow(TypeError);
  expect(() => Object.assign(policy, { rules: [] })).toThrow(TypeError);
});
