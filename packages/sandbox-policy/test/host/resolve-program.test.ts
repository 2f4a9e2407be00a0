import { createHash } from "node:crypto";
import { chmod, copyFile, link, mkdir, readFile, realpath, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it, test } from "vitest";
import { createProgramResolver } from "../../src/host/resolve-program.ts";
import { untrustedWriter } from "../../src/host/writable.ts";
import { temporaryDirectory } from "../support.ts";

/** A root directory of its own, with `bin`, `lib` and a copy of a real program in `bin/tool`. */
let root = "";

beforeEach(async () => {
  root = await realpath(await temporaryDirectory());
  await mkdir(join(root, "bin"));
  await mkdir(join(root, "lib"));
  for (const path of [root, join(root, "bin"), join(root, "lib")]) await chmod(path, 0o755);
  await program("bin/tool");
});

async function program(path: string, contents?: string, mode = 0o755): Promise<string> {
  const file = join(root, path);
  if (contents === undefined) await copyFile("/bin/true", file);
  else await writeFile(file, contents);
  await chmod(file, mode);
  return file;
}

/** Judges what is in our root strictly, and not what is above it: temporary directories are in a place that everyone can write to. */
function resolver(searchPath = ["bin"]) {
  const rules = { owners: new Set([0n, BigInt(process.geteuid?.() ?? 0)]), writableDirectories: [] };
  return createProgramResolver(
    searchPath.map((directory) => join(root, directory)),
    (path, ownership) => (path.startsWith(root) ? untrustedWriter(rules, path, ownership) : null),
  );
}

async function faultOf(name: string, searchPath?: string[]): Promise<unknown> {
  const resolution = await resolver(searchPath).resolve(name);
  return resolution.outcome === "refused" ? resolution.fault : resolution;
}

async function pinnedHere(name: string, searchPath?: string[]) {
  const resolution = await resolver(searchPath).resolve(name);
  if (resolution.outcome === "ok") return resolution;
  throw new Error(JSON.stringify(resolution.fault));
}

describe("a program is pinned", () => {
  test("with its path, its real path, its device, inode and size, and the hash of its contents", async () => {
    await symlink("../bin/tool", join(root, "lib/alias"));
    const { program } = await pinnedHere("alias", ["lib"]);
    const stats = await stat(join(root, "bin/tool"), { bigint: true });
    const contents = await readFile(join(root, "bin/tool"));
    expect(program).toEqual({
      name: "alias",
      path: join(root, "lib/alias"),
      realPath: join(root, "bin/tool"),
      device: String(stats.dev),
      inode: String(stats.ino),
      sizeBytes: contents.length,
      sha256: createHash("sha256").update(contents).digest("hex"),
      interpreter: null,
    });
  });

  test("where the search path finds it first", async () => {
    await program("lib/tool", "#!/bin/sh\n");
    expect((await pinnedHere("tool", ["bin", "lib"])).program.path).toBe(join(root, "bin/tool"));
    expect((await pinnedHere("tool", ["lib", "bin"])).program.path).toBe(join(root, "lib/tool"));
    expect((await pinnedHere("tool", ["missing", "bin"])).program.path).toBe(join(root, "bin/tool"));
  });

  test("with the other paths of the search path that lead to the same file, and no others", async () => {
    await symlink("bin", join(root, "sbin"));
    await program("lib/tool", "#!/bin/sh\n");
    expect((await pinnedHere("tool", ["sbin", "lib", "bin"])).otherPaths).toEqual([]);
    await symlink("bin", join(root, "sbin2"));
    expect((await pinnedHere("tool", ["sbin", "lib", "sbin2"])).otherPaths).toEqual([
      join(root, "sbin2/tool"),
    ]);
  });

  test("by its absolute path without any search", async () => {
    const path = join(root, "bin/tool");
    expect((await pinnedHere(path, [])).program).toMatchObject({ name: path, path, realPath: path });
  });

  test("past a link that leads nowhere", async () => {
    await symlink("nowhere", join(root, "lib/tool"));
    expect((await pinnedHere("tool", ["lib", "bin"])).program.path).toBe(join(root, "bin/tool"));
  });

  test("through links that climb with .. and absolute links", async () => {
    await symlink("../lib/../lib/second", join(root, "bin/first"));
    await symlink(join(root, "bin/tool"), join(root, "lib/second"));
    expect((await pinnedHere("first")).program.realPath).toBe(join(root, "bin/tool"));
  });
});

describe("a script is pinned with its interpreter", () => {
  test("which is a program like any other", async () => {
    const interpreter = join(root, "bin/tool");
    await program("bin/script", `#!${interpreter} -x\n`);
    expect((await pinnedHere("script")).program.interpreter).toEqual({
      ...(await pinnedHere(interpreter)).program,
      name: interpreter,
    });
  });

  test("and with the interpreter of its interpreter", async () => {
    await program("bin/inner", `#!${join(root, "bin/tool")}\n`);
    await program("bin/outer", `#!${join(root, "bin/inner")}\n`);
    const { program: outer } = await pinnedHere("outer");
    expect(outer.interpreter?.interpreter?.realPath).toBe(join(root, "bin/tool"));
  });

  test("but not without end", async () => {
    await program("bin/loop", `#!${join(root, "bin/loop")}\n`);
    expect(JSON.stringify(await faultOf("loop"))).toContain("too-many-interpreters");
  });

  test("but not through env, whose search comes too late to be pinned", async () => {
    await program("bin/script", "#!/usr/bin/env tool\n");
    const path = join(root, "bin/script");
    expect(await faultOf("script")).toEqual({ kind: "env-script", path, argument: "tool" });
  });

  test("but not through a link to env", async () => {
    await symlink("/usr/bin/env", join(root, "lib/launcher"));
    await program("bin/script", `#!${join(root, "lib/launcher")} tool\n`);
    expect(await faultOf("script")).toMatchObject({ kind: "env-script" });
  });

  it.each([
    { name: "missing", contents: "#!/nowhere/sh\n", cause: { kind: "unreadable" } },
    { name: "writable", contents: "#!ROOT/lib/open\n", cause: { kind: "writable", writer: "everyone" } },
  ])("but not when that is $name", async ({ contents, cause }) => {
    await program("lib/open", undefined, 0o777);
    await program("bin/script", contents.replace("ROOT", root));
    expect(await faultOf("script")).toMatchObject({ kind: "interpreter", cause });
  });

  test("but not when its first line is not what the kernel takes", async () => {
    await program("bin/script", "#!tool\n");
    expect(await faultOf("script")).toMatchObject({ kind: "bad-script", problem: "relative-interpreter" });
  });
});

describe("refuses a program", () => {
  test("that does not exist, naming where it looked", async () => {
    expect(await faultOf("missing", ["bin", "lib"])).toEqual({
      kind: "not-found",
      lookedIn: [join(root, "bin"), join(root, "lib")],
    });
    expect(await faultOf(join(root, "missing"))).toEqual({ kind: "not-found", lookedIn: [] });
  });

  it.each([
    { name: "that is a directory", make: () => mkdir(join(root, "bin/x")), kind: "not-a-file" },
    {
      name: "that is not executable",
      make: () => program("bin/x", undefined, 0o644),
      kind: "not-executable",
    },
    { name: "that is set-user-ID", make: () => program("bin/x", undefined, 0o4755), kind: "set-id" },
    { name: "that is set-group-ID", make: () => program("bin/x", undefined, 0o2755), kind: "set-id" },
    {
      name: "that is neither ELF nor a script",
      make: () => program("bin/x", "echo hi\n"),
      kind: "unknown-format",
    },
    { name: "that is empty", make: () => program("bin/x", ""), kind: "unknown-format" },
    { name: "that links to itself", make: () => symlink("x", join(root, "bin/x")), kind: "too-many-links" },
  ])("$name", async ({ make, kind }) => {
    await make();
    expect(await faultOf("x")).toMatchObject({ kind });
  });

  it.each([
    { name: "everyone can write to", at: "bin/tool", mode: 0o757, writer: "everyone" },
    { name: "its group can write to", at: "bin/tool", mode: 0o775, writer: "its group" },
    { name: "is in a directory that everyone can write to", at: "bin", mode: 0o757, writer: "everyone" },
    {
      name: "is in a sticky directory that everyone can write to",
      at: "bin",
      mode: 0o1777,
      writer: "everyone",
    },
    { name: "is below a directory that its group can write to", at: "", mode: 0o775, writer: "its group" },
  ])("that $name", async ({ at, mode, writer }) => {
    await chmod(join(root, at), mode);
    expect(await faultOf("tool")).toEqual({ kind: "writable", path: join(root, at), writer });
  });

  it.each([
    { name: "through a link in a writable directory", place: "open/link" },
    { name: "through a directory that a link in a writable directory leads to", place: "open/away/tool" },
  ])("that is found $name", async ({ place }) => {
    await mkdir(join(root, "open"));
    await symlink(join(root, "bin/tool"), join(root, "open/link"));
    await symlink(join(root, "bin"), join(root, "open/away"));
    expect(await faultOf(join(root, place))).toMatchObject({ outcome: "ok" });
    await chmod(join(root, "open"), 0o777);
    expect(await faultOf(join(root, place))).toEqual({
      kind: "writable",
      path: join(root, "open"),
      writer: "everyone",
    });
  });

  test("that a safe link leads to in a writable directory", async () => {
    await mkdir(join(root, "open"));
    await program("open/tool");
    await chmod(join(root, "open"), 0o777);
    await symlink("../open/tool", join(root, "bin/x"));
    expect(await faultOf("x")).toMatchObject({ kind: "writable", path: join(root, "open") });
  });

  test("that is found first, even when a fit one comes later on the search path", async () => {
    await program("lib/tool", undefined, 0o777);
    expect(await faultOf("tool", ["lib", "bin"])).toMatchObject({
      kind: "writable",
      path: join(root, "lib/tool"),
    });
  });
});

describe("a blocked entry is", () => {
  test("every file of that name on the search path, each once", async () => {
    await program("lib/tool", "#!/bin/sh\n");
    await link(join(root, "bin/tool"), join(root, "tool"));
    const files = await resolver(["bin", "lib", ""]).identify("tool");
    const inodes = ["bin/tool", "lib/tool"].map(async (path) => (await stat(join(root, path))).ino);
    expect(files.map(({ inode }) => Number(inode))).toEqual(await Promise.all(inodes));
  });

  test("also what the system's own directories have, when the search path leaves them out", async () => {
    expect(await resolver(["bin"]).identify("cat")).toHaveLength(1);
  });

  test("a file that would never be allowed, too", async () => {
    await program("bin/suid", undefined, 0o4777);
    expect(await resolver().identify("suid")).toMatchObject([
      { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
  });

  test("nothing when it is not installed, or no file", async () => {
    expect(await resolver().identify("no-such-program")).toEqual([]);
    expect(await resolver().identify(root)).toEqual([]);
  });
});

test("lists the usable names of the search path, each once", async () => {
  await program("lib/tool");
  await program("lib/other name");
  await program("lib/a=b");
  await program("lib/ space");
  expect(await resolver(["bin", "lib", "missing"]).list()).toEqual(["other name", "tool"]);
});
