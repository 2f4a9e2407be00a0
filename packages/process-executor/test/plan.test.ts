import { copyFileSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { defaultPolicy, preparePolicy } from "@assay/sandbox-policy";
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from "vitest";
import type { Sandbox } from "../src/index.ts";
import { planFor, testPolicy } from "./support/commands.ts";
import { programDirectory } from "./support/directories.ts";
import { text, useExecutor } from "./support/sandboxed.ts";

const { open } = useExecutor();

describe("only an approved plan runs", () => {
  it.each([
    { name: "a copy of its fields", forge: (plan: object) => ({ ...plan }) },
    { name: "its JSON", forge: (plan: object) => JSON.parse(JSON.stringify(plan)) as unknown },
    {
      name: "an object with its prototype",
      forge: (plan: object) => Object.create(Object.getPrototypeOf(plan)) as unknown,
    },
    { name: "a proxy of it", forge: (plan: object) => new Proxy(plan, {}) },
    { name: "nothing at all", forge: () => undefined },
  ])("refuses $name", async ({ forge }) => {
    const policy = await testPolicy();
    await using sandbox = await open(policy);
    const forged = forge(planFor(policy, ["true"])) as Parameters<Sandbox["run"]>[0];
    await expect(sandbox.run(forged)).rejects.toMatchObject({ failure: { code: "PLAN_NOT_APPROVED" } });
  });

  it("refuses, by its type, a request that was not decided", () => {
    type Plan = Parameters<Sandbox["run"]>[0];
    const request = {
      command: "true",
      args: [],
      env: [],
      workingDirectory: null,
      stdinBytes: 0,
      timeoutMs: null,
    };
    expectTypeOf(request).not.toExtend<Plan>();
  });

  it("refuses a plan with the network in a sandbox without, and the other way", async () => {
    const closed = await testPolicy();
    const networked = await testPolicy({ allowNetwork: true });
    await using sandbox = await open(closed);
    await expect(sandbox.run(planFor(networked, ["true"]))).rejects.toMatchObject({
      failure: { code: "PLAN_NOT_FOR_SANDBOX" },
    });
    await using other = await open(networked);
    await expect(other.run(planFor(closed, ["true"]))).rejects.toMatchObject({
      failure: { code: "PLAN_NOT_FOR_SANDBOX" },
    });
  });

  it("refuses a program that the sandbox was not opened with", async () => {
    await using sandbox = await open(await testPolicy({ allowedCommands: ["true"] }));
    const plan = planFor(await testPolicy(), ["cat"]);
    await expect(sandbox.run(plan)).rejects.toMatchObject({ failure: { code: "PLAN_NOT_FOR_SANDBOX" } });
  });

  it("refuses more standard input than the plan was approved for", async () => {
    const policy = await testPolicy();
    await using sandbox = await open(policy);
    const plan = planFor(policy, ["cat"]);
    const stdin = new Uint8Array(plan.limits.maxStdinBytes + 1);
    await expect(sandbox.run(plan, { stdin })).rejects.toMatchObject({
      failure: { code: "PLAN_NOT_FOR_SANDBOX" },
    });
  });
});

describe("one command at a time", () => {
  it("refuses a second command while the first runs, and goes on afterwards", async () => {
    const policy = await testPolicy();
    await using sandbox = await open(policy);
    const first = sandbox.run(planFor(policy, ["sh", "-c", "echo first"]));
    await expect(sandbox.run(planFor(policy, ["true"]))).rejects.toMatchObject({
      failure: { code: "SANDBOX_BUSY" },
    });
    expect(text((await first).stdout.bytes)).toBe("first\n");
    expect((await sandbox.run(planFor(policy, ["true"]))).outcome).toEqual({ kind: "exited", exitCode: 0 });
  });

  it("runs commands of two sandboxes side by side", async () => {
    const policy = await testPolicy();
    await using first = await open(policy);
    await using second = await open(policy);
    const plan = planFor(policy, ["sh", "-c", "echo done"]);
    const results = await Promise.all([first.run(plan), second.run(plan)]);
    expect(results.map(({ stdout }) => text(stdout.bytes))).toEqual(["done\n", "done\n"]);
  });

  it("refuses to run in a closed sandbox, which can be closed twice", async () => {
    const policy = await testPolicy();
    const sandbox = await open(policy);
    await sandbox.close();
    await sandbox.close();
    await expect(sandbox.run(planFor(policy, ["true"]))).rejects.toMatchObject({
      failure: { code: "SANDBOX_CLOSED" },
    });
  });
});

describe("the file that was pinned is the file that runs", () => {
  let directory = "";
  let program = "";
  beforeEach(() => {
    directory = programDirectory("assay-pinned-");
    program = join(directory, "tool");
    copyFileSync("/usr/bin/cat", program);
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const policyOf = (...allowedCommands: string[]) => testPolicy({ allowedCommands });

  it("runs a program from outside the system's directories", async () => {
    const policy = await policyOf(program);
    await using sandbox = await open(policy);
    const result = await sandbox.run(planFor(policy, [program]), { stdin: Buffer.from("through") });
    expect(text(result.stdout.bytes)).toBe("through");
  });

  it.each([
    {
      name: "its content was replaced in place",
      change: () => writeFileSync(program, "#!/bin/sh\necho pwned\n"),
    },
    {
      name: "content of the same size was written over it",
      change: () => writeFileSync(program, Buffer.alloc(statSync(program).size, "x")),
    },
    {
      name: "another file was moved to its place",
      change: () => {
        copyFileSync("/usr/bin/cat", `${program}-2`);
        renameSync(`${program}-2`, program);
      },
    },
    {
      name: "it became a symbolic link",
      change: () => {
        renameSync(program, `${program}-2`);
        symlinkSync(`${program}-2`, program);
      },
    },
    { name: "it was removed", change: () => rmSync(program) },
    {
      name: "it became a directory",
      change: () => {
        rmSync(program);
        mkdirSync(program);
      },
    },
  ])("refuses to run when $name", async ({ change }) => {
    const policy = await policyOf(program);
    await using sandbox = await open(policy);
    const plan = planFor(policy, [program]);
    expect((await sandbox.run(plan)).outcome).toEqual({ kind: "exited", exitCode: 0 });
    change();
    await expect(sandbox.run(plan)).rejects.toMatchObject({
      failure: { code: "PROGRAM_CHANGED", path: program },
    });
  });

  it("refuses a script whose interpreter changed", async () => {
    const script = join(directory, "script");
    writeFileSync(script, `#!${program}\nthe text of the script\n`, { mode: 0o755 });
    const policy = await policyOf(script);
    await using sandbox = await open(policy);
    const plan = planFor(policy, [script]);
    expect(text((await sandbox.run(plan)).stdout.bytes)).toContain("the text of the script");
    writeFileSync(program, "#!/bin/sh\necho pwned\n");
    await expect(sandbox.run(plan)).rejects.toMatchObject({
      failure: { code: "PROGRAM_CHANGED", path: program },
    });
  });

  it.each([
    { name: "a directory", listed: "/usr" },
    { name: "a missing file", listed: "/usr/bin/not-there" },
  ])("has no plan for $name: a policy that lists it does not prepare", async ({ listed }) => {
    const result = await preparePolicy({ ...defaultPolicy(), allowedCommands: [listed] });
    expect(result.outcome).toBe("invalid");
  });
});
