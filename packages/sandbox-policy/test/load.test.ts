import { execFileSync } from "node:child_process";
import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { loadPolicyFile } from "../src/index.ts";
import { temporaryDirectory } from "./support.ts";

async function load(contents: string | Uint8Array) {
  const path = join(await temporaryDirectory(), "policy.json");
  await writeFile(path, contents);
  return { path, result: await loadPolicyFile(path) };
}

test("reads a policy file", async () => {
  const { path, result } = await load('{"allowedCommands": ["cat"]}');
  expect(result).toMatchObject({
    outcome: "ok",
    path,
    policy: { allowedCommands: ["cat"], maxOutputBytes: 1_048_576 },
  });
});

test("reads a policy file through a link, and one that begins with a byte order mark", async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, "real.json"), "\ufeff{}");
  await symlink("real.json", join(directory, "policy.json"));
  expect(await loadPolicyFile(join(directory, "policy.json"))).toMatchObject({ outcome: "ok" });
});

test("a file that is not there is missing, and gives no policy", async () => {
  const path = join(await temporaryDirectory(), "policy.json");
  const result = await loadPolicyFile(path);
  expect(result).toEqual({
    outcome: "missing",
    path,
    reason: expect.stringContaining(`${path}: there is no such file`),
  });
});

describe("is unreadable, and gives no policy:", () => {
  it.each([
    { name: "what is not UTF-8", contents: new Uint8Array([0x7b, 0xff, 0x7d]), says: "not UTF-8" },
    {
      name: "what is larger than 1 MiB",
      contents: `{}${" ".repeat(1024 * 1024)}`,
      says: "larger than 1048576 bytes",
    },
  ])("$name", async ({ contents, says }) => {
    const { path, result } = await load(contents);
    expect(result).toEqual({ outcome: "unreadable", path, reason: expect.stringContaining(says) });
  });

  test("a directory", async () => {
    const path = await temporaryDirectory();
    expect(await loadPolicyFile(path)).toMatchObject({
      outcome: "unreadable",
      reason: expect.stringContaining("not a regular file"),
    });
  });

  test("a FIFO that nobody writes to, without waiting for anybody", async () => {
    const path = join(await temporaryDirectory(), "policy.json");
    execFileSync("mkfifo", [path]);
    expect(await loadPolicyFile(path)).toMatchObject({
      outcome: "unreadable",
      reason: expect.stringContaining("not a regular file"),
    });
  });

  test("a device without end", async () => {
    expect(await loadPolicyFile("/dev/zero")).toMatchObject({ outcome: "unreadable" });
  });

  test("a path with NUL", async () => {
    expect(await loadPolicyFile("policy\0.json")).toMatchObject({ outcome: "unreadable" });
  });

  test("a file below another file", async () => {
    const path = join(await temporaryDirectory(), "file");
    await writeFile(path, "{}");
    expect(await loadPolicyFile(join(path, "policy.json"))).toMatchObject({ outcome: "unreadable" });
  });

  test("a file whose reading fails half-way", async () => {
    // The first page of a process is never mapped: reading it fails with EIO.
    expect(await loadPolicyFile("/proc/self/mem")).toMatchObject({ outcome: "unreadable" });
  });
});

describe("is invalid, with file, line, place and reason:", () => {
  it.each([
    { name: "an empty file", contents: "", says: ":1: the policy is empty" },
    {
      name: "a key that stands twice",
      contents: '{\n"allowNetwork": false,\n"allowNetwork": true}',
      says: ":3: allowNetwork the key",
    },
    {
      name: "a misspelt key",
      contents: '{\n"allowedCommand": []}',
      says: ":2: allowedCommand is not a field",
    },
    {
      name: "what is not JSON",
      contents: "allowedCommands: [cat]",
      says: ":1: the policy expected a JSON value",
    },
    { name: "another kind of JSON", contents: '"cat"', says: ":1: the policy must be a JSON object" },
  ])("$name", async ({ contents, says }) => {
    const { path, result } = await load(contents);
    expect(result).toMatchObject({ outcome: "invalid", path, reason: expect.stringContaining(path + says) });
  });
});
