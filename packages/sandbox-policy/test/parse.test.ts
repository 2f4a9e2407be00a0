import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { defaultPolicy, parsePolicy, parsePolicyText, policyJsonSchema } from "../src/index.ts";

function issuesOf(value: unknown): readonly string[] {
  const result = parsePolicy(value);
  return result.outcome === "ok" ? [] : result.issues.map(({ place, message }) => `${place}: ${message}`);
}

test("{} is the default policy, which allows nothing", () => {
  expect(parsePolicy({})).toEqual({ outcome: "ok", policy: defaultPolicy() });
  expect(defaultPolicy().allowedCommands).toEqual([]);
});

test("the standard values are the published ones", () =>
  expect(defaultPolicy()).toMatchInlineSnapshot(`
  {
    "allowNetwork": false,
    "allowedCommands": [],
    "blockedCommands": [],
    "budget": {
      "maxExecutions": 100,
      "maxLogBytes": 1048576,
      "maxLogLines": 1000,
      "maxTotalOutputBytes": 67108864,
      "maxTotalTimeMs": 300000,
    },
    "environmentWhitelist": [],
    "limits": {
      "cpuTimeMs": 30000,
      "maxArgumentBytes": 131072,
      "maxArguments": 1024,
      "maxEnvironmentBytes": 65536,
      "maxEnvironmentVariables": 128,
      "maxFileSizeBytes": 67108864,
      "maxOpenFiles": 256,
      "maxProcesses": 64,
      "maxStdinBytes": 16777216,
    },
    "maxExecutionTimeMs": 30000,
    "maxOutputBytes": 1048576,
    "onOutputLimit": "discard",
    "permissive": false,
    "searchPath": [
      "/usr/local/bin",
      "/usr/bin",
      "/bin",
    ],
    "version": 1,
    "workingDirectory": ".",
  }
`));

test("a complete policy is read as it is", () => {
  const policy = {
    ...defaultPolicy(),
    allowedCommands: [
      "cat",
      { program: "/opt/x", env: { LD_PRELOAD: "/opt/y.so" }, limits: { cpuTimeMs: 1 } },
    ],
    blockedCommands: ["sh", "/usr/bin/dash"],
    environmentWhitelist: ["MODE", "LD_PRELOAD"],
    workingDirectory: "task",
  };
  expect(parsePolicy(policy)).toEqual({ outcome: "ok", policy });
});

describe("says where, what and what to do for", () => {
  it.each([
    {
      name: "an unknown key",
      value: { maxExecutionTime: 1 },
      says: "maxExecutionTime: is not a field of a policy; remove it, or correct its spelling",
    },
    {
      name: "an unknown key in a limit",
      value: { limits: { maxCpu: 1 } },
      says: "limits.maxCpu: is not a field",
    },
    {
      name: "an unknown key in a budget",
      value: { budget: { maxCost: 1 } },
      says: "budget.maxCost: is not a field",
    },
    {
      name: "an unknown key in a rule",
      value: { allowedCommands: [{ program: "a", args: [] }] },
      says: "allowedCommands[0].args: is not a field",
    },
    {
      name: "the original's snake case",
      value: { allowed_commands: [] },
      says: "allowed_commands: is not a field",
    },
    {
      name: "an own __proto__ at the top",
      value: JSON.parse('{"__proto__": {}}'),
      says: "__proto__: the key __proto__ is refused",
    },
    {
      name: "an own __proto__ among variables",
      value: JSON.parse('{"allowedCommands": [{"program": "a", "env": {"__proto__": "x"}}]}'),
      says: "allowedCommands[0].env.__proto__: the key __proto__ is refused",
    },
    {
      name: "constructor as a variable",
      value: { allowedCommands: [{ program: "a", env: { constructor: "x" } }] },
      says: "allowedCommands[0].env.constructor: must be a name",
    },
    {
      name: "a path as a name",
      value: { allowedCommands: ["bin/git"] },
      says: "allowedCommands[0]: must be a bare program name",
    },
    {
      name: "a command line",
      value: { blockedCommands: ["FOO=1 git"] },
      says: "blockedCommands[0]: must be a bare program name",
    },
    {
      name: "a number as a rule",
      value: { allowedCommands: [7] },
      says: "allowedCommands[0]: must be the name of a program, or an object such as",
    },
    {
      name: "a rule without a program",
      value: { allowedCommands: [{ env: {} }] },
      says: "allowedCommands[0].program: must be the name or the absolute path",
    },
    {
      name: "a program that stands twice",
      value: { allowedCommands: ["a", { program: "a" }] },
      says: "allowedCommands[1]: repeats the program of allowedCommands[0]",
    },
    {
      name: "a rule's limit above the policy's",
      value: { allowedCommands: [{ program: "a", limits: { maxOutputBytes: 2_000_000 } }] },
      says: "allowedCommands[0].limits.maxOutputBytes: is higher than the policy's own maxOutputBytes, 1048576; raise that one, or lower this one",
    },
    {
      name: "a dangerous variable that is whitelisted",
      value: { environmentWhitelist: ["LD_PRELOAD"] },
      says: "environmentWhitelist[0]: LD_PRELOAD may not be chosen by a request, because it makes the loader load other libraries (ld.so(8)); remove it, or pin its value",
    },
    {
      name: "a variable that stands twice",
      value: { environmentWhitelist: ["A", "A"] },
      says: "environmentWhitelist[1]: repeats A",
    },
    {
      name: "a variable that is no name",
      value: { environmentWhitelist: ["A=1"] },
      says: "environmentWhitelist[0]: must be a name of letters",
    },
    {
      name: "pinned variables that differ in case",
      value: { allowedCommands: [{ program: "a", env: { A: "", a: "" } }] },
      says: "allowedCommands[0].env.a: differs from A only in case",
    },
    {
      name: "a pinned value with NUL",
      value: { allowedCommands: [{ program: "a", env: { A: "\0" } }] },
      says: "allowedCommands[0].env.A: must be Unicode text without NUL",
    },
    {
      name: "a relative search directory",
      value: { searchPath: ["bin"] },
      says: "searchPath[0]: must be an absolute directory",
    },
    {
      name: "a search directory that climbs",
      value: { searchPath: ["/usr/../tmp"] },
      says: "searchPath[0]: must be an absolute directory",
    },
    {
      name: "a search directory with a colon",
      value: { searchPath: ["/a:/b"] },
      says: "searchPath[0]: must be an absolute directory",
    },
    {
      name: "no search directory",
      value: { searchPath: [] },
      says: "searchPath: must name at least one directory",
    },
    {
      name: "a working directory that climbs",
      value: { workingDirectory: "../x" },
      says: "workingDirectory: must be a relative directory",
    },
    {
      name: "a working directory of the host",
      value: { workingDirectory: "/tmp" },
      says: "workingDirectory: must be a relative directory",
    },
    { name: "another version", value: { version: 2 }, says: "version: must be 1" },
    { name: "a text for yes", value: { allowNetwork: "false" }, says: "allowNetwork: must be true or false" },
    {
      name: "another way to end",
      value: { onOutputLimit: "kill" },
      says: 'onOutputLimit: must be "discard" or "end"',
    },
    {
      name: "null instead of a list",
      value: { allowedCommands: null },
      says: "allowedCommands: must be a list",
    },
    { name: "a list instead of a policy", value: [], says: ": must be a JSON object" },
    { name: "null instead of a policy", value: null, says: ": must be a JSON object" },
  ])("$name", ({ value, says }) => {
    const issues = issuesOf(value);
    expect(issues).toHaveLength(1);
    expect(issues[0]).toContain(says);
  });

  test("every one of several mistakes", () => {
    expect(issuesOf({ a: 1, b: 2, maxOutputBytes: 0, searchPath: ["x", "y"] })).toHaveLength(5);
  });
});

describe("every number has both bounds", () => {
  const numbers = Object.entries(numbersIn(policyJsonSchema(), []));
  test("and there are as many as the format has", () => expect(numbers).toHaveLength(27));

  it.each(numbers)("%s", (place, { minimum, maximum }) => {
    expect(minimum).toBeGreaterThanOrEqual(1);
    expect(Number.isSafeInteger(maximum)).toBe(true);
    for (const wrong of [
      0,
      -1,
      minimum - 1,
      maximum + 1,
      1.5,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      "1",
      null,
      1n,
    ])
      expect(issuesOf(withNumber(place, wrong)).join(), String(wrong)).toContain(
        `from ${minimum} to ${maximum}`,
      );
    for (const right of [minimum, maximum])
      expect(issuesOf(withNumber(place, right)).filter((issue) => !issue.includes("is higher than"))).toEqual(
        [],
      );
  });

  test("and 1e400 in a text is an error, not Infinity", () => {
    expect(parsePolicyText('{"maxOutputBytes": 1e400}')).toMatchObject({
      issues: [{ place: "maxOutputBytes", line: 1, message: "1e400 is too large a number" }],
    });
  });
});

test("the line of a mistake in a text is known", () => {
  const text = '{\n  "allowedCommands": [\n    "cat",\n    {"program": "git",\n     "limit": {}}\n  ]\n}';
  expect(parsePolicyText(text)).toMatchObject({ issues: [{ place: "allowedCommands[1].limit", line: 5 }] });
});

test("an empty text is no policy", () => {
  for (const text of ["", " \n"]) {
    expect(parsePolicyText(text)).toMatchObject({ outcome: "invalid", issues: [{ line: 1 }] });
  }
});

test("any JSON value is read or has issues, and never throws", () => {
  const keys = fc.constantFrom(...Object.keys(defaultPolicy()), "__proto__", "constructor", "x");
  const near = fc.dictionary(keys, fc.jsonValue({ maxDepth: 3 }), { noNullPrototype: false });
  fc.assert(
    fc.property(fc.oneof(near, fc.jsonValue()), (value) => {
      for (const result of [parsePolicy(value), parsePolicyText(JSON.stringify(value))]) {
        if (result.outcome === "ok") expect(parsePolicy(result.policy)).toEqual(result);
        else expect(result.issues.length).toBeGreaterThan(0);
      }
    }),
    { numRuns: 500 },
  );
});

describe("what is not even JSON has issues, and never throws:", () => {
  const cycle: Record<string, unknown> = {};
  cycle["budget"] = cycle;
  it.each([
    { name: "undefined", value: undefined },
    { name: "a function", value: () => ({}) },
    { name: "a cycle", value: cycle },
    {
      name: "a getter that throws",
      value: {
        get budget() {
          throw new Error("no");
        },
      },
    },
    {
      name: "a proxy that throws",
      value: new Proxy(
        {},
        {
          ownKeys() {
            throw new Error("no");
          },
        },
      ),
    },
    { name: "a map", value: { allowedCommands: new Map() } },
  ])("$name", ({ value }) => expect(parsePolicy(value).outcome).toBe("invalid"));
});

function withNumber(place: string, value: unknown): unknown {
  const [first = "", second] = place.split(".");
  if (first === "rule") return { allowedCommands: [{ program: "a", limits: { [second ?? ""]: value } }] };
  return second === undefined ? { [first]: value } : { [first]: { [second]: value } };
}

interface Bounds {
  readonly minimum: number;
  readonly maximum: number;
}

/** Every integer of the schema by its place; those of a rule begin with `rule`. */
function numbersIn(schema: unknown, path: readonly string[]): Record<string, Bounds> {
  if (typeof schema !== "object" || schema === null) return {};
  const node = schema as Record<string, unknown>;
  if (node["type"] === "integer") {
    const place = path.includes("allowedCommands") ? `rule.${path.at(-1)}` : path.join(".");
    return { [place]: { minimum: Number(node["minimum"]), maximum: Number(node["maximum"]) } };
  }
  const properties = Object.entries(node["properties"] ?? {}).map(([key, member]) =>
    numbersIn(member, [...path, key]),
  );
  const branches = [node["items"], ...((node["anyOf"] as unknown[]) ?? [])].map((member) =>
    numbersIn(member, path),
  );
  return Object.assign({}, ...properties, ...branches);
}

it("says at most 50 things that are wrong, however many unknown keys there are", () => {
  const fields = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`x${index}`, 1]));
  for (const [count, said] of [
    [50, 50],
    [51, 50],
    [10_000, 50],
  ] as const) {
    const result = parsePolicy(fields(count));
    expect(result.outcome === "invalid" && result.issues.length).toBe(said);
  }
});
