import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { SandboxExecAnswer, SandboxExecRequest } from "@assay/host-interface";
import { GUEST_EXPORTS, GUEST_MEMORY_EXPORT, PLATFORM_SANDBOX } from "@assay/host-interface";
import { parsePolicy } from "@assay/sandbox-policy";
import { describe, expect, it } from "vitest";
import { evaluate, loadGuest } from "./scripted-host.ts";

const contest = loadGuest("contest/contest.wasm");
const probe = loadGuest("probe/probe.wasm");
const rust = loadGuest("rust-guest/rust-guest.wasm");

function printed(
  stdout: string | Uint8Array,
  more: { exitCode?: number; stderr?: Uint8Array } = {},
): SandboxExecAnswer {
  const { exitCode = 0, stderr = new Uint8Array() } = more;
  return { ok: true, exitCode, stdout: Buffer.from(stdout), stderr, durationMs: 3n };
}

function sumOf(request: SandboxExecRequest): string {
  const numbers = Buffer.from(request.stdin ?? [])
    .toString()
    .split(/\s+/);
  return numbers.reduce((sum, number) => sum + Number(number), 0).toString();
}

function json(bytes: Uint8Array | null): unknown {
  return JSON.parse(Buffer.from(bytes ?? []).toString());
}

describe.each([
  { name: "contest", guest: contest },
  { name: "probe", guest: probe },
  { name: "rust-guest", guest: rust },
])("$name", ({ name, guest }) => {
  it("imports functions of platform_sandbox and nothing else", () => {
    for (const { module, name: imported } of WebAssembly.Module.imports(guest)) {
      expect(module).toBe(PLATFORM_SANDBOX.module);
      expect(PLATFORM_SANDBOX.functions).toHaveProperty(imported);
    }
  });

  it("exports its memory and functions that a host knows, among them allocate, which says head", () => {
    const exported = WebAssembly.Module.exports(guest).filter(({ kind }) => kind !== "global");
    for (const { name: known, kind } of exported) {
      expect(kind === "memory" ? [GUEST_MEMORY_EXPORT] : Object.keys(GUEST_EXPORTS)).toContain(known);
    }
    expect(exported.map((each) => each.name).sort()).toEqual([
      "alloc",
      "allocate",
      "evaluate",
      "memory",
      "validate",
    ]);
  });

  it("has a policy that parses", () => {
    const policy = readFileSync(new URL(`../../${name}/${name}.policy.json`, import.meta.url), "utf8");
    expect(parsePolicy(JSON.parse(policy))).toMatchObject({ outcome: "ok" });
  });
});

describe("contest", () => {
  const submission = "#!/bin/sh\necho\n";

  it("gives the full score to right answers, with or without newlines at their end", async () => {
    const newlines = ["", "\n", "\n\n"];
    const { output } = await evaluate(contest, {
      submission,
      answer: (request) =>
        printed(sumOf(request) + newlines[request.stdin?.length ? request.stdin.length % 3 : 0]),
    });
    expect(output).toMatchObject({ score: 10_000n, valid: true, message: "12 of 12 cases passed" });
    expect(json(output.metrics)).toHaveLength(12);
    expect(json(output.details)).toEqual({ interpreter: "sh", failures: [] });
  });

  it.each([
    { interpreter: "sh", submission: "#!/bin/sh\necho\n", args: ["-c", "#!/bin/sh\necho\n"] },
    {
      interpreter: "awk",
      submission: "#!/usr/bin/awk -f\nEND { }\n",
      args: ["#!/usr/bin/awk -f\nEND { }\n"],
    },
  ])(
    "runs $interpreter with the program as an argument and the case as stdin",
    async ({ interpreter, submission, args }) => {
      const requests: SandboxExecRequest[] = [];
      await evaluate(contest, {
        submission,
        answer: (request) => {
          requests.push(request);
          return printed("");
        },
      });
      expect(requests).toHaveLength(12);
      const noneOfItsOwn = { env: [], workingDirectory: null, timeoutMs: 1000n };
      for (const request of requests)
        expect(request).toMatchObject({ command: interpreter, args, ...noneOfItsOwn });
    },
  );

  it.each([
    { name: "a wrong answer", answer: printed("1e9"), reason: /^expected ".*", got "1e9"$/ },
    {
      name: "an exit code",
      answer: printed("", { exitCode: 3, stderr: Buffer.from("oh\nno") }),
      reason: /^exit code 3: oh$/,
    },
    {
      name: "a denial",
      answer: failed({ kind: "command-not-allowed", text: "no" }),
      reason: /^not allowed: no$/,
    },
    {
      name: "a timeout",
      answer: failed({ kind: "timeout", timeoutMs: 1000n }),
      reason: /^out of time after 1 s$/,
    },
    {
      name: "a short timeout",
      answer: failed({ kind: "timeout", timeoutMs: 200n }),
      reason: /less than 1 s$/,
    },
    { name: "a flood", answer: failed({ kind: "execution-failed", text: "too much" }), reason: /^too much$/ },
    {
      name: "a host without commands",
      answer: failed({ kind: "disabled" }),
      reason: /^commands are switched off$/,
    },
    { name: "a memory error", answer: failed({ kind: "memory-error", text: "oops" }), reason: /^oops$/ },
    {
      name: "an overlong encoding of the right digit",
      answer: printed(Uint8Array.of(0xc0, 0xb7)),
      reason: /^expected/,
    },
  ])("counts $name as a failed case, and says why", async ({ answer, reason }) => {
    const { output, logs } = await evaluate(contest, { submission, answer: () => answer });
    expect(output).toMatchObject({ score: 0n, valid: false, message: "0 of 12 cases passed" });
    const { failures } = json(output.details) as { failures: { reason: string }[] };
    expect(failures).toHaveLength(12);
    for (const failure of failures) expect(failure.reason).toMatch(reason);
    expect(logs).toHaveLength(12);
  });

  it.each([
    { params: "", valid: false },
    { params: "75", valid: true },
    { params: "76", valid: false },
  ])(
    "with the params '$params' says valid: $valid of 9 passed cases, which score 7500",
    async ({ params, valid }) => {
      let cases = 0;
      const { output } = await evaluate(contest, {
        submission,
        params,
        answer: (request) => printed(++cases > 3 ? sumOf(request) : "wrong"),
      });
      expect(output).toMatchObject({ score: 7500n, valid, message: "9 of 12 cases passed" });
    },
  );

  it.each([
    { name: "a submission for another interpreter", submission: "#!/usr/bin/python3\n", params: "" },
    { name: "an empty submission", submission: "", params: "" },
    { name: "a submission above 64 KiB", submission: `#!/bin/sh\n${"#".repeat(65_536)}`, params: "" },
    { name: "params that are no percentage", submission: "#!/bin/sh\n", params: "all" },
    { name: "a percentage above 100", submission: "#!/bin/sh\n", params: "101" },
  ])("rejects $name without running anything", async ({ submission, params }) => {
    const answer = () => printed("");
    const { output, isSubmission, calls } = await evaluate(contest, { submission, params, answer });
    expect(output).toMatchObject({ score: 0n, valid: false });
    expect(calls).toBe(0);
    expect(isSubmission).toBe(params !== "");
  });

  it("stays readable whatever bytes a submission prints", async () => {
    const loneSurrogate = Uint8Array.of(0xed, 0xa0, 0x80, 0xff, 0x01, 0x22, 0x5c, 0xf0);
    const answer = () => printed("", { exitCode: 1, stderr: loneSurrogate });
    const { output } = await evaluate(contest, { submission, answer });
    expect(json(output.details)).toMatchObject({ interpreter: "sh" });
  });

  it("fetches an answer that is larger than its buffer without asking for another run, in bounded memory", async () => {
    let commands = 0;
    const answer = () => {
      commands++;
      return printed(Buffer.alloc(3 << 20, "7"));
    };
    const { calls, memoryBytes } = await evaluate(contest, { submission, answer });
    expect({ commands, calls }).toEqual({ commands: 12, calls: 24 });
    expect(memoryBytes).toBeLessThan(64 << 20);
  });
});

describe("probe", () => {
  it("is valid only when every answer is the one that its policy promises", async () => {
    const denial: SandboxExecAnswer = { ok: false, error: { kind: "command-not-allowed", text: "no" } };
    const { output } = await evaluate(probe, { submission: "", answer: () => denial });
    expect(output).toMatchObject({ valid: false, message: "3 of 13 answers are what the policy promises" });
    expect(json(output.details)).toContainEqual({
      asked: "a command that is not listed",
      answer: "not allowed: no",
      expected: true,
    });
  });
});

describe("rust-guest", () => {
  it.each([0, 5, 300_000])("sees %i bytes come back from cat", async (size) => {
    const submission = Buffer.alloc(size, "assay");
    const answer = (request: SandboxExecRequest) => printed(request.stdin ?? "");
    const { output, calls, logs } = await evaluate(rust, { submission, answer });
    expect(output).toMatchObject({ score: 10_000n, valid: true, metrics: new Uint8Array(8), details: null });
    expect(calls).toBe(size > 65_536 ? 2 : 1);
    expect(logs).toEqual(["cat repeated every byte"]);
  });

  it.each([
    { name: "another echo", answer: printed("other"), message: "cat returned something else" },
    {
      name: "an exit code",
      answer: printed("", { exitCode: 1, stderr: Buffer.from("broken") }),
      message: "broken",
    },
    { name: "a denial", answer: failed({ kind: "command-not-allowed", text: "no" }), message: "no" },
    { name: "a timeout", answer: failed({ kind: "timeout", timeoutMs: 1000n }), message: "out of time" },
  ])("reports $name", async ({ answer, message }) => {
    const { output } = await evaluate(rust, { submission: "x", answer: () => answer });
    expect(output).toMatchObject({ score: 0n, valid: false, message });
  });
});

it("keeps modules that are exactly what their AssemblyScript sources give", () => {
  const rebuild = fileURLToPath(new URL("../../rebuild.mjs", import.meta.url));
  const { status, stdout } = spawnSync(process.execPath, [rebuild, "--check"], { encoding: "utf8" });
  expect({ status, stdout }).toMatchObject({ status: 0 });
});

function failed(error: Extract<SandboxExecAnswer, { ok: false }>["error"]): SandboxExecAnswer {
  return { ok: false, error };
}
