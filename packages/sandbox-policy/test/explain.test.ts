import { describe, expect, it, test } from "vitest";
import {
  type Decision,
  decide,
  explainDecision,
  explainProblem,
  explainReason,
  type PolicyProblem,
  type ProgramFault,
} from "../src/index.ts";
import { printable } from "../src/printable.ts";
import { prepared, request, rule } from "./support.ts";

describe("explains", () => {
  it.each([
    {
      parts: { command: "rm" },
      says: 'no entry of allowedCommands has the name or path "rm"; add it there if it should run',
    },
    {
      parts: { command: "./cat" },
      says: 'the command "./cat" is a relative path; ask for a program by its bare name or its absolute path',
    },
    { parts: { args: ["\0"] }, says: "argument 1 has a NUL character, which no process can receive" },
    { parts: { args: Array<string>(2000).fill("") }, says: "there are 2000 arguments; maxArguments is 1024" },
    {
      parts: { args: ["x".repeat(200_000)] },
      says: "the arguments together are larger than maxArgumentBytes, 131072",
    },
    {
      parts: { env: [["A", "x"]] as const },
      says: 'the environment variable "A" is not in environmentWhitelist',
    },
    {
      parts: { env: [["A=", "x"]] as const },
      says: 'the environment variable "A=" has a name with something other than letters, digits and _, or begins with a digit',
    },
    {
      parts: { workingDirectory: "/work-evil" },
      says: 'the working directory "/work-evil" is outside the policy\'s working directory; use a relative path',
    },
    { parts: { stdinBytes: 1e9 }, says: "standard input has 1000000000 bytes; maxStdinBytes is 16777216" },
    { parts: { timeoutMs: -1 }, says: 'the request\'s "timeoutMs" does not have the right type' },
  ])("$says", ({ parts, says }) => {
    expect(explainDecision(decide(prepared(), request(parts)))).toBe(`denied:\n- ${says}`);
  });

  test("which entry blocks which file, and how", () => {
    const reason = {
      code: "PROGRAM_BLOCKED",
      command: "git",
      entry: "sh",
      by: "contents",
      file: "/opt/git",
    } as const;
    expect(explainReason(reason)).toBe(
      '"git" is refused by "sh" in blockedCommands: "/opt/git", which it runs, is a copy of what that entry names',
    );
    expect(explainReason({ ...reason, by: "name", file: null })).toBe(
      '"git" is refused by "sh" in blockedCommands',
    );
  });

  test("what a budget has used up", () => {
    expect(explainReason({ code: "BUDGET_EXHAUSTED", budget: "executions", spent: 3, maximum: 3 })).toBe(
      "the evaluation has used up its commands: 3 of 3",
    );
  });

  test("what is allowed, as it will run", () => {
    const decision = decide(prepared(), request({ args: ["-n", "a b\u001b[2J"], workingDirectory: "x" }));
    expect(explainDecision(decision)).toBe('allowed: "/usr/bin/cat" "-n" "a b\\u{1b}[2J" in "/work/x"');
  });
});

test("a rule can be named by several reasons at once, one to a line", () => {
  const decision: Decision = decide(
    prepared({}, [rule("cat")]),
    request({ command: "rm", workingDirectory: ".." }),
  );
  expect(explainDecision(decision).split("\n")).toHaveLength(3);
});

describe("what a request said is printed", () => {
  it.each([
    { name: "with escape sequences escaped", text: "\u001b[31m", shown: '"\\u{1b}[31m"' },
    { name: "on one line", text: "a\nb\r\u2028\u0085", shown: '"a\\u{a}b\\u{d}\\u{2028}\\u{85}"' },
    { name: "in the order in which it was written", text: "\u202etxt.exe", shown: '"\\u{202e}txt.exe"' },
    { name: "with nothing hidden", text: "a\u200bb\u00adc\u00a0d", shown: '"a\\u{200b}b\\u{ad}c\\u{a0}d"' },
    { name: "so that quotes do not end it", text: '" allowed: "', shown: '"\\" allowed: \\""' },
    { name: "so that escapes are not taken for others", text: "\\u{a}", shown: '"\\\\u{a}"' },
    { name: "with lone surrogates replaced", text: "\ud800", shown: '"\ufffd"' },
    { name: "with letters of every script as they are", text: "größe 数 🙂", shown: '"größe 数 🙂"' },
    { name: "cut where it is long", text: "x".repeat(200), shown: `"${"x".repeat(120)}… (80 more)"` },
  ])("$name", ({ text, shown }) => expect(printable(text)).toBe(shown));
});

describe("every problem of a policy says where, what and what to do:", () => {
  const path = "/usr/bin/x";
  const faults: readonly ProgramFault[] = [
    { kind: "not-found", lookedIn: ["/usr/bin", "/bin"] },
    { kind: "not-found", lookedIn: [] },
    { kind: "unreadable", path, detail: "EACCES" },
    { kind: "too-many-links", path },
    { kind: "not-a-file", path },
    { kind: "not-executable", path },
    { kind: "unknown-format", path },
    { kind: "too-large", path, sizeBytes: 2, maximumBytes: 1 },
    { kind: "set-id", path },
    { kind: "writable", path, writer: "everyone" },
    { kind: "changed", path },
    { kind: "bad-script", path, problem: "relative-interpreter" },
    { kind: "env-script", path, argument: "node" },
    { kind: "too-many-interpreters", path },
    { kind: "interpreter", path, interpreter: "/bin/sh", cause: { kind: "set-id", path: "/bin/sh" } },
  ];
  const problems: readonly PolicyProblem[] = [
    { code: "POLICY_INVALID", issue: { place: "", line: null, message: "must be a JSON object" } },
    ...faults.map(
      (fault) => ({ code: "PROGRAM_REFUSED", place: "allowedCommands[0]", program: "x", fault }) as const,
    ),
  ];
  test("as sentences", () =>
    expect(problems.map(explainProblem)).toMatchInlineSnapshot(`
    [
      "the policy must be a JSON object",
      "allowedCommands[0], "x": there is no such program on this host (looked in "/usr/bin", "/bin"); install it, correct its name, or add its directory to searchPath",
      "allowedCommands[0], "x": there is no such file on this host; install it, or correct its path",
      "allowedCommands[0], "x": "/usr/bin/x" cannot be read: "EACCES"",
      "allowedCommands[0], "x": "/usr/bin/x" has too many symbolic links; name the file itself",
      "allowedCommands[0], "x": "/usr/bin/x" is not a regular file",
      "allowedCommands[0], "x": "/usr/bin/x" is not executable for the user that the sandbox runs as; chmod +x it",
      "allowedCommands[0], "x": "/usr/bin/x" is neither an ELF program nor a script that begins with #!",
      "allowedCommands[0], "x": "/usr/bin/x" has 2 bytes, more than 1",
      "allowedCommands[0], "x": "/usr/bin/x" is set-user-ID or set-group-ID, and no such program is run",
      "allowedCommands[0], "x": "/usr/bin/x" can be changed by everyone, so what runs could be anything; use a program that only root can change, or take the permission away",
      "allowedCommands[0], "x": "/usr/bin/x" changed while it was read; try again when its installation is complete",
      "allowedCommands[0], "x": the first line of "/usr/bin/x" names its interpreter by a relative path, so the working directory would choose it",
      "allowedCommands[0], "x": "/usr/bin/x" is started through env ("node"), which looks for the interpreter only when it runs, so it cannot be pinned; allow the interpreter and pass it the script, or name the interpreter by its absolute path in the first line",
      "allowedCommands[0], "x": "/usr/bin/x" is interpreted by a script that is interpreted by a script, and so on, deeper than Linux allows",
      "allowedCommands[0], "x": its interpreter "/bin/sh": "/bin/sh" is set-user-ID or set-group-ID, and no such program is run",
    ]
  `));
});
