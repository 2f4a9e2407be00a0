import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { assay, CONTEST, example, parseInspectionReport, temporaryFile } from "../support/assay.ts";
import { ENDLESS_LOOP, guestModule, i64Const } from "../support/guest-module.ts";

async function inspectJson(args: readonly string[]) {
  const result = await assay(["inspect", ...args, "--json"]);
  return { ...result, report: parseInspectionReport(result.stdout) };
}

const saved = (bytes: Uint8Array) => temporaryFile("guest.wasm", bytes);

describe("a challenge that would be run", () => {
  it.each([
    { name: "contest", path: "contest/contest.wasm" },
    { name: "probe", path: "probe/probe.wasm" },
    { name: "rust guest", path: "rust-guest/rust-guest.wasm" },
  ])("is runnable: $name", async ({ path }) => {
    const { report, exitCode } = await inspectJson([example(path)]);
    expect(exitCode).toBe(0);
    expect(report).toMatchObject({
      outcome: "runnable",
      abi: "head",
      allocator: "alloc",
      entryPoints: ["evaluate", "validate"],
      refusals: [],
      error: null,
      sizeBytes: readFileSync(example(path)).length,
    });
    expect(report.imports.map(({ module }) => module)).toEqual(report.imports.map(() => "platform_sandbox"));
    expect(report.rewrite?.ratio).toBeGreaterThan(1);
  });

  it("is shown to people in one screen", async () => {
    const { exitCode, stdout, stderr } = await assay(["inspect", CONTEST]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const [verdict, ...sections] = stdout.trimEnd().split("\n\n");
    expect(verdict).toMatch(/^RUNNABLE {2}\S+contest\.wasm$/);
    const footer = sections.pop();
    expect(sections.join("\n\n")).toMatchInlineSnapshot(`
      "import                          type                         provided at
      platform_sandbox::sandbox_exec  (i32, i32, i32, i32) -> i32  head, pr33
      platform_sandbox::log_message   (i32, i32, i32) -> ()        head, pr33

      export    type               recognised as
      evaluate  (i32, i32) -> i64  entry-point
      validate  (i32, i32) -> i32  entry-point
      alloc     (i32) -> i32       allocator
      memory    memory             memory
      allocate  (i32, i32) -> i32

      limit   starts with  maximum  capped to
      memory     64.0 KiB     none  512.0 MiB

      feature      declared  functions that use it
      bulk-memory  yes                          17"
    `);
    expect(footer).toMatch(
      /^Rewritten from 22\.5 KiB to \d+\.\d KiB \(1\.\d\d times\) in \d+ ms, fuel version \d+\.\n22\.5 KiB · 102 functions · start function · ABI head · module [0-9a-f]{12} · examined in \d+ ms$/,
    );
    expect(stdout).not.toContain("\u001b");
  });

  it("runs nothing, also where its start function or entry point never ends", async () => {
    const { report, exitCode } = await inspectJson([saved(guestModule({ evaluate: ENDLESS_LOOP }))]);
    expect(exitCode).toBe(0);
    expect(report.outcome).toBe("runnable");
  });

  it("costs more for a deterministic evaluation, where it computes with floating-point numbers", async () => {
    // f64.const 1, f64.const 1, f64.add, i64.reinterpret_f64
    const one = [0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f];
    const file = saved(guestModule({ evaluate: [...one, ...one, 0xa0, 0xbd] }));
    const plain = (await inspectJson([file])).report;
    const deterministic = (await inspectJson([file, "--deterministic"])).report;
    expect(plain.usedFeatures).toEqual([
      { feature: "computed-nans", functions: 1 },
      { feature: "floating-point", functions: 1 },
    ]);
    expect([plain.rewrite?.deterministic, deterministic.rewrite?.deterministic]).toEqual([false, true]);
    expect(deterministic.rewrite?.afterBytes).toBeGreaterThan(plain.rewrite?.afterBytes ?? 0);
  });

  it("is capped by the memory that it would be given", async () => {
    const { report } = await inspectJson([CONTEST, "--memory-mib", "1"]);
    expect(report.memory).toEqual({ minimum: 1, maximum: null, cappedTo: 16 });
  });

  it("is looked at for the level that is asked for", async () => {
    const status = { module: "platform_sandbox", name: "sandbox_status", params: 0, result: "i32" } as const;
    const file = saved(guestModule({ imports: [status] }));
    expect((await inspectJson([file])).report.outcome).toBe("runnable");
    const { report, exitCode } = await inspectJson([file, "--abi", "pr33"]);
    expect(exitCode).toBe(3);
    expect(report.imports).toMatchObject([{ name: "sandbox_status", providedAt: ["head"] }]);
    expect(report.error).toEqual({
      code: "LINK_FAILED",
      message: "nothing provides platform_sandbox::sandbox_status () -> i32",
    });
  });
});

describe("a challenge that would not be run", () => {
  /** Three imports that assay does not have, too much memory, and an instruction of the threads proposal. */
  const refused = guestModule({
    imports: [
      { module: "env", name: "abort", params: 4, result: null },
      { module: "platform_sandbox", name: "get_timestamp", params: 1, result: "i64" },
      { module: "env", name: "line\nassay: VALID\u001b[2J", params: 0, result: null },
    ],
    memoryPages: 17,
    evaluate: [0xfe, 0x03, 0x00, ...i64Const(0n)],
  });

  it("is refused for every reason at once, each with its facts, beside the inspection", async () => {
    const { report, exitCode } = await inspectJson([saved(refused), "--memory-mib", "1"]);
    expect(exitCode).toBe(3);
    expect(report.outcome).toBe("guest-failed");
    expect(report.refusals.map(({ code, facts }) => ({ code, ...facts }))).toEqual([
      {
        code: "MODULE_REFUSED",
        reason: "unsupported-instruction",
        functionIndex: 5,
        feature: "threads",
        opcode: "0xfe 0x03",
        offset: Buffer.from(refused).indexOf(Buffer.of(0xfe, 0x03, 0x00)),
        functions: 1,
      },
      {
        code: "OUT_OF_MEMORY",
        reason: "out-of-memory",
        resource: "memory",
        minimumBytes: 17 * 65_536,
        maxMemoryBytes: 1024 * 1024,
      },
      {
        code: "LINK_FAILED",
        reason: "missing-import",
        module: "env",
        name: "abort",
        wanted: expect.any(String),
      },
      {
        code: "LINK_FAILED",
        reason: "missing-import",
        module: "env",
        name: "line\nassay: VALID\u001b[2J",
        wanted: "() -> ()",
      },
      {
        code: "LINK_FAILED",
        reason: "mismatched-import",
        module: "platform_sandbox",
        name: "get_timestamp",
        wanted: "(i32) -> i64",
        provided: "() -> i64",
      },
    ]);
    expect(report.error).toEqual({ code: "MODULE_REFUSED", message: report.refusals[0]?.message });
    expect(report.exports.map(({ recognisedAs }) => recognisedAs)).toEqual([
      "memory",
      "allocator",
      null,
      "entry-point",
      "entry-point",
    ]);
    expect(report).toMatchObject({ memory: { minimum: 17, cappedTo: null }, rewrite: null });
  });

  it("cannot write a line of its own, nor anything that a terminal obeys", async () => {
    const file = saved(refused);
    const { exitCode, stdout } = await assay(["inspect", file]);
    expect(exitCode).toBe(3);
    expect(stdout).toContain("REFUSED  ");
    expect(stdout).toContain("  - MODULE_REFUSED: function 5 uses threads (opcode 0xfe 0x03 at byte ");
    expect(stdout).toContain(
      "  - LINK_FAILED: nothing provides env::line\\nassay: VALID\\u{1b}[2J () -> ()\n",
    );
    expect(stdout).not.toMatch(/^assay:/m);
    expect(stdout).not.toContain("\u001b");
    expect((await assay(["inspect", file, "--json"])).stdout).not.toContain("\u001b");
  });

  it("is refused as an evaluation of it is", async () => {
    const { report } = await inspectJson([saved(refused)]);
    const evaluated = await assay(["evaluate", saved(refused), "--submission", "-", "--json"]);
    expect(JSON.parse(evaluated.stdout).error.code).toBe(report.error?.code);
    expect(evaluated.exitCode).toBe(3);
  });

  it.each([
    { name: "text", bytes: Buffer.from("hello"), says: "no magic number" },
    { name: "a component", bytes: Buffer.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0), says: "uses component" },
    { name: "nothing", bytes: Buffer.alloc(0), says: "no magic number" },
    {
      name: "larger than a module may be",
      bytes: Buffer.alloc(16 * 1024 * 1024 + 1),
      says: "more than maxModuleBytes (16777216)",
    },
  ])("may be $name", async ({ bytes, says }) => {
    const { report, exitCode } = await inspectJson([saved(bytes)]);
    expect(exitCode).toBe(3);
    expect(report).toMatchObject({
      outcome: "guest-failed",
      sizeBytes: bytes.length,
      abi: null,
      exports: [],
    });
    expect(report.refusals).toMatchObject([{ code: "MODULE_REFUSED" }]);
    expect(report.error?.message).toContain(says);
  });

  it("has at most a hundred reasons and names of a thousand characters in its report", async () => {
    const imports = Array.from({ length: 150 }, (_, index) => ({
      module: "env",
      name: `${index}${"x".repeat(2000)}`,
      params: 0,
      result: null,
    }));
    const { report } = await inspectJson([saved(guestModule({ imports }))]);
    expect(report.imports).toHaveLength(150);
    expect(report.imports[0]?.name).toHaveLength(1025);
    expect(report.refusals).toHaveLength(100);
    expect(report.refusalsOmitted).toBe(50);
    const { stdout } = await assay(["inspect", saved(guestModule({ imports }))]);
    expect(stdout).toContain("for 150 reasons\n");
    expect(stdout).toContain("  … and 110 more; --json has the first 100\n");
    expect(stdout).toContain("… and 110 more; see --json\n");
  });
});

describe("what cannot be inspected", () => {
  it("is a file that is not there, said on standard error", async () => {
    const { exitCode, stdout, stderr } = await assay(["inspect", "/nowhere/a.wasm"]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toBe("assay: the challenge /nowhere/a.wasm: there is no such file; check the path\n");
  });

  it("is named in one object with --json", async () => {
    const { report, exitCode } = await inspectJson(["/nowhere/a.wasm"]);
    expect(exitCode).toBe(2);
    expect(report).toMatchObject({
      outcome: "misconfigured",
      moduleFile: "/nowhere/a.wasm",
      moduleSha256: null,
      error: { code: "FILE_MISSING" },
    });
  });
});
