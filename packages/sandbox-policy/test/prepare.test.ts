import { chmod, copyFile, realpath, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import {
  decide,
  defaultPolicy,
  explainProblem,
  preparePolicy,
  programClosure,
  type SandboxPolicy,
} from "../src/index.ts";
import { allowed, codes, commandRule, preparedHere, request, temporaryDirectory } from "./support.ts";

async function problemsOf(policy: Partial<SandboxPolicy>, options = {}): Promise<readonly string[]> {
  const result = await preparePolicy({ ...defaultPolicy(), ...policy }, options);
  return result.outcome === "ok" ? [] : result.problems.map(explainProblem);
}

test("pins the programs of this host, so that decide can allow them", async () => {
  const policy = await preparedHere({ allowedCommands: ["cat", commandRule("sh", { env: { MODE: "x" } })] });
  const path = await realpath("/usr/bin/cat");
  const { ino } = await stat(path, { bigint: true });
  expect(allowed(decide(policy, request())).program).toMatchObject({
    name: "cat",
    realPath: path,
    inode: String(ino),
  });
  expect(allowed(decide(policy, request({ command: "/bin/sh" }))).env).toContainEqual(["MODE", "x"]);
  expect(codes(decide(policy, request({ command: "ls" })))).toEqual(["PROGRAM_NOT_LISTED"]);
});

test("the search path is the policy's, never the PATH of a request or of the host", async () => {
  const elsewhere = await temporaryDirectory();
  await copyFile("/bin/true", join(elsewhere, "cat"));
  const hostPath = process.env["PATH"];
  process.env["PATH"] = elsewhere;
  try {
    const policy = await preparedHere({ allowedCommands: ["cat"] });
    expect(allowed(decide(policy, request())).program.path).toBe("/usr/bin/cat");
    expect(codes(decide(policy, request({ env: [["PATH", elsewhere]] })))).toEqual([
      "ENV_NOT_ALLOWED",
      "ENV_DANGEROUS",
    ]);
  } finally {
    process.env["PATH"] = hostPath;
  }
});

describe("a blocked program does not run under another name:", () => {
  test("not as the file that a blocked link leads to", async () => {
    const shell = await realpath("/bin/sh");
    const policy = { allowedCommands: ["sh", shell], blockedCommands: [] };
    expect(codes(decide(await preparedHere(policy), request({ command: shell })))).toEqual(["allow"]);
    const blocked = await preparedHere({ ...policy, blockedCommands: ["sh"] });
    expect(decide(blocked, request({ command: shell }))).toMatchObject({
      reasons: [{ code: "PROGRAM_BLOCKED", entry: "sh", file: shell }],
    });
  });

  test("not as the interpreter of an allowed script", async () => {
    const scripts = await scriptsHere();
    const policy = await preparedHere({ allowedCommands: scripts, blockedCommands: ["sh", "bash"] });
    expect(scripts.length).toBeGreaterThan(0);
    for (const command of scripts)
      expect(codes(decide(policy, request({ command })))).toEqual(["PROGRAM_BLOCKED"]);
  });
});

/** Names of shell scripts that every Debian has. */
async function scriptsHere(): Promise<string[]> {
  const candidates = ["zcat", "zgrep", "ldd", "which", "gunzip"];
  const results = await Promise.all(
    candidates.map(async (name) => {
      const result = await preparePolicy({ ...defaultPolicy(), allowedCommands: [name] });
      return result.outcome === "ok" && result.prepared.programs.length > 1;
    }),
  );
  return candidates.filter((_, index) => results[index]);
}

test("lists every file that may run, interpreters included", async () => {
  const [script = ""] = await scriptsHere();
  const { programs, rules } = await preparedHere({ allowedCommands: [script, "cat"] });
  expect(programs).toEqual(rules.flatMap(({ program }) => programClosure(program)));
  expect(programs.map(({ path }) => path)).toContain("/usr/bin/cat");
  expect(programs.length).toBeGreaterThan(2);
});

describe("a policy does not prepare", () => {
  test("with a program that is not installed: it says where it looked", async () => {
    const problems = await problemsOf({
      allowedCommands: ["cat", "no-such-program"],
      searchPath: ["/usr/bin"],
    });
    expect(problems).toEqual([
      'allowedCommands[1], "no-such-program": there is no such program on this host (looked in "/usr/bin"); install it, correct its name, or add its directory to searchPath',
    ]);
  });

  test("with a program in /tmp, however careful its own permissions are", async () => {
    const directory = await temporaryDirectory();
    await copyFile("/bin/true", join(directory, "tool"));
    await chmod(join(directory, "tool"), 0o755);
    const [problem] = await problemsOf({ allowedCommands: ["tool"], searchPath: [directory] });
    expect(problem).toContain("can be changed by everyone");
  });

  test("with a program that a sandbox could write to", async () => {
    expect(await problemsOf({ allowedCommands: ["cat"] }, { writableDirectories: ["/usr/libexec"] })).toEqual(
      [],
    );
    const [problem] = await problemsOf({ allowedCommands: ["cat"] }, { writableDirectories: ["/usr/bin"] });
    expect(problem).toContain("can be changed by the sandbox");
  });

  test("with a program in a writable directory that is named through a link", async () => {
    const alias = join(await temporaryDirectory(), "alias");
    await symlink("/usr/bin", alias);
    const [problem] = await problemsOf({ allowedCommands: ["cat"] }, { writableDirectories: [alias] });
    expect(problem).toContain("can be changed by the sandbox");
  });

  test("with a set-user-ID program", async () => {
    expect(await problemsOf({ allowedCommands: ["su"] })).toEqual([expect.stringContaining("set-user-ID")]);
  });

  test("and says everything that is wrong, in the order of the policy", async () => {
    const problems = await problemsOf({ allowedCommands: ["missing-a", "cat", "/etc", "missing-b"] });
    expect(problems.map((problem) => problem.slice(0, 18))).toEqual([
      "allowedCommands[0]",
      "allowedCommands[2]",
      "allowedCommands[3]",
    ]);
  });

  it.each([
    { name: "an unknown field", policy: { maxTime: 1 } },
    { name: "a whitelisted loader variable", policy: { environmentWhitelist: ["LD_PRELOAD"] } },
    { name: "a limit of 0", policy: { maxOutputBytes: 0 } },
  ])("with $name, even when it did not come from a file", async ({ policy }) => {
    const result = await preparePolicy({ ...defaultPolicy(), ...policy } as SandboxPolicy);
    expect(result).toMatchObject({ outcome: "invalid", problems: [{ code: "POLICY_INVALID" }] });
  });
});

test("the hash of a policy is of what it says, not of this host or of the order of its keys", async () => {
  const one = await preparedHere({ allowedCommands: ["cat"], maxOutputBytes: 5 });
  const two = await preparedHere(Object.fromEntries(Object.entries(one.policy).reverse()));
  const three = await preparedHere({ allowedCommands: ["ls"], maxOutputBytes: 5 });
  expect(one.sha256).toBe(two.sha256);
  expect(one.sha256).not.toBe(three.sha256);
  expect((await preparedHere({})).sha256).toMatchInlineSnapshot(
    `"4b6aad76a92791d7d59e534e5ed1bc82daa61779bddfc2aebe083bf954f196c2"`,
  );
});

test("the caller's own policy object stays as it is, and has no part in what is prepared", async () => {
  const own = { ...defaultPolicy(), allowedCommands: ["cat"] };
  const policy = await preparedHere(own);
  own.allowedCommands.push("sh");
  expect(policy.policy.allowedCommands).toEqual(["cat"]);
  expect(codes(decide(policy, request({ command: "sh" })))).toEqual(["PROGRAM_NOT_LISTED"]);
});
