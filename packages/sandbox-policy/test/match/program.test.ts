import { describe, expect, it, test } from "vitest";
import { type BlockedProgram, decide } from "../../src/index.ts";
import { codes, pinned, prepared, request, rule } from "../support.ts";

function ask(policy: ReturnType<typeof prepared>, command: string): readonly string[] {
  return codes(decide(policy, request({ command })));
}

const git = prepared({}, [
  rule("git", {
    program: pinned("git", { path: "/usr/local/bin/git", realPath: "/opt/git/bin/git-2.50" }),
    otherPaths: ["/bin/git"],
  }),
]);

describe("a request matches a listed program", () => {
  it.each([
    { name: "by its exact name", command: "git" },
    { name: "by the path where it was found", command: "/usr/local/bin/git" },
    { name: "by its real path", command: "/opt/git/bin/git-2.50" },
    { name: "by another path on the search path that leads to the same file", command: "/bin/git" },
  ])("$name", ({ command }) => expect(ask(git, command)).toEqual(["allow"]));

  test("and always runs the pinned file under the path where it was found", () => {
    const plans = ["git", "/bin/git", "/opt/git/bin/git-2.50"].map((command) =>
      decide(git, request({ command })),
    );
    for (const decision of plans) {
      expect(decision).toMatchObject({
        outcome: "allow",
        plan: { program: { path: "/usr/local/bin/git", realPath: "/opt/git/bin/git-2.50" } },
      });
    }
  });
});

describe("nothing is normalised on the way to a match", () => {
  it.each([
    { name: "a path in the working directory", command: "./git", code: "PROGRAM_MALFORMED" },
    { name: "a path that climbs out", command: "../bin/git", code: "PROGRAM_MALFORMED" },
    { name: "doubled slashes", command: "//usr//local//bin//git", code: "PROGRAM_MALFORMED" },
    { name: "a path with a . segment", command: "/usr/local/./bin/git", code: "PROGRAM_MALFORMED" },
    { name: "a path with a .. segment", command: "/usr/local/lib/../bin/git", code: "PROGRAM_MALFORMED" },
    { name: "a slash at the end of a name", command: "git/", code: "PROGRAM_MALFORMED" },
    { name: "a slash at the end of a path", command: "/usr/local/bin/git/", code: "PROGRAM_MALFORMED" },
    { name: "a space at the end", command: "git ", code: "PROGRAM_MALFORMED" },
    { name: "a space at the beginning", command: " git", code: "PROGRAM_MALFORMED" },
    { name: "a newline at the end", command: "git\n", code: "PROGRAM_MALFORMED" },
    { name: "a NUL at the end", command: "git\0", code: "PROGRAM_MALFORMED" },
    { name: "a NUL before another name", command: "git\0sh", code: "PROGRAM_MALFORMED" },
    { name: "a carriage return", command: "git\r", code: "PROGRAM_MALFORMED" },
    { name: "an assignment before the name", command: "FOO=1 git", code: "PROGRAM_MALFORMED" },
    { name: "an option", command: "-git", code: "PROGRAM_MALFORMED" },
    { name: "the empty name", command: "", code: "PROGRAM_MALFORMED" },
    { name: "a name of 5 000 characters", command: "g".repeat(5000), code: "PROGRAM_MALFORMED" },
    { name: "a lone surrogate", command: "git\ud800", code: "PROGRAM_MALFORMED" },
    { name: "an argument in the name", command: "git status", code: "PROGRAM_NOT_LISTED" },
    { name: "a shell line", command: "git;sh", code: "PROGRAM_NOT_LISTED" },
    { name: "upper case", command: "GIT", code: "PROGRAM_NOT_LISTED" },
    { name: "an extension", command: "git.exe", code: "PROGRAM_NOT_LISTED" },
    { name: "the base name of the real file", command: "git-2.50", code: "PROGRAM_NOT_LISTED" },
    { name: "the same base name elsewhere", command: "/tmp/git", code: "PROGRAM_NOT_LISTED" },
    { name: "full-width letters", command: "ｇｉｔ", code: "PROGRAM_NOT_LISTED" },
    { name: "a zero-width character", command: "gi\u200bt", code: "PROGRAM_NOT_LISTED" },
    { name: "a no-break space inside", command: "git\u00a0x", code: "PROGRAM_NOT_LISTED" },
    { name: "a key of every object", command: "__proto__", code: "PROGRAM_NOT_LISTED" },
    { name: "a method of every object", command: "constructor", code: "PROGRAM_NOT_LISTED" },
    { name: "a wildcard", command: "*", code: "PROGRAM_NOT_LISTED" },
  ])("denies $name", ({ command, code }) => expect(ask(git, command)).toEqual([code]));

  test("denies the composed spelling of a decomposed name", () => {
    expect(ask(prepared({}, [rule("cafe\u0301")]), "caf\u00e9")).toEqual(["PROGRAM_NOT_LISTED"]);
  });
});

describe("a multi-call binary allowed under one name is not its other applets", () => {
  const ls = prepared({}, [
    rule("ls", { program: pinned("ls", { path: "/bin/ls", realPath: "/bin/busybox" }) }),
  ]);
  it.each([
    { name: "the applet that is listed", command: "ls", expected: ["allow"] },
    { name: "another applet", command: "sh", expected: ["PROGRAM_NOT_LISTED"] },
    { name: "the binary by name", command: "busybox", expected: ["PROGRAM_NOT_LISTED"] },
    {
      name: "the binary by path, whose first argument would choose an applet",
      command: "/bin/busybox",
      expected: ["PROGRAM_NOT_LISTED"],
    },
  ])("$name", ({ command, expected }) => expect(ask(ls, command)).toEqual(expected));
});

describe("blockedCommands beats allowedCommands", () => {
  const dash = pinned("dash", { device: "8", inode: "42", sha256: "d".repeat(64) });
  const sh = pinned("sh", {
    path: "/usr/bin/sh",
    realPath: "/usr/bin/dash",
    device: "8",
    inode: "42",
    sha256: dash.sha256,
  });
  const copy = pinned("git", { path: "/opt/git", device: "8", inode: "77", sha256: dash.sha256 });
  const script = pinned("backup", { interpreter: { ...sh, name: "/bin/sh" } });
  const file = { realPath: "/usr/bin/dash", device: "8", inode: "42", sha256: dash.sha256 };
  const blockSh: BlockedProgram = { entry: "sh", files: [file] };
  const absent: BlockedProgram = { entry: "sh", files: [] };

  it.each([
    { name: "the name asked for", program: sh, command: "sh", block: absent, by: "name" },
    {
      name: "the name, when it is asked for by path",
      program: sh,
      command: "/usr/bin/sh",
      block: absent,
      by: "name",
    },
    {
      name: "the name of the real file",
      program: sh,
      command: "sh",
      block: { entry: "dash", files: [] },
      by: "name",
    },
    {
      name: "the path of the real file",
      program: sh,
      command: "sh",
      block: { entry: "/usr/bin/dash", files: [] },
      by: "name",
    },
    { name: "another name of the same file", program: dash, command: "dash", block: blockSh, by: "file" },
    {
      name: "a copy of the file under a harmless name",
      program: copy,
      command: "git",
      block: blockSh,
      by: "contents",
    },
    {
      name: "a script that the blocked program would interpret",
      program: script,
      command: "backup",
      block: blockSh,
      by: "name",
    },
  ])("by $name", ({ program, command, block, by }) => {
    const rules = [rule(program.name, { program })];
    expect(ask(prepared({}, rules), command)).toEqual(["allow"]);
    expect(decide(prepared({}, rules, [block]), request({ command }))).toMatchObject({
      outcome: "deny",
      reasons: [{ code: "PROGRAM_BLOCKED", command, entry: block.entry, by }],
    });
  });

  test("a blocked name that is not installed still blocks by name", () => {
    expect(ask(prepared({}, [], [absent]), "sh")).toEqual(["PROGRAM_NOT_LISTED", "PROGRAM_BLOCKED"]);
    expect(ask(prepared({}, [], [absent]), "/tmp/sh")).toEqual(["PROGRAM_NOT_LISTED", "PROGRAM_BLOCKED"]);
  });

  test("a blocked file that could not be read is not taken for every other unread file", () => {
    const unread: BlockedProgram = { entry: "sudo", files: [{ ...file, device: "9", sha256: null }] };
    expect(ask(prepared({}, [rule("dash", { program: dash })], [unread]), "dash")).toEqual(["allow"]);
  });

  test("an entry blocks no program that merely begins like it", () => {
    expect(ask(prepared({}, [rule("shuf")], [absent]), "shuf")).toEqual(["allow"]);
  });
});

describe("when a path leads to several rules", () => {
  const first = rule("sh", {
    program: pinned("sh", { realPath: "/usr/bin/dash" }),
    limits: { maxArguments: 1 },
  });
  const second = rule("ash", {
    program: pinned("ash", { realPath: "/usr/bin/dash" }),
    limits: { maxArguments: 2 },
  });
  const asked = request({ command: "/usr/bin/dash", args: ["a", "b"] });

  test("any one that allows the request is enough", () => {
    expect(decide(prepared({}, [first, second]), asked)).toMatchObject({
      outcome: "allow",
      plan: { program: { path: "/usr/bin/ash" } },
    });
  });

  test("the closest one gives the reasons when none does", () => {
    const decision = decide(prepared({}, [first, second]), { ...asked, args: ["a", "b", "c"] });
    expect(decision).toMatchObject({ reasons: [{ code: "ARGUMENTS_TOO_MANY", maximum: 1 }] });
  });
});
