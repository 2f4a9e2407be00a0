import fc from "fast-check";
import { expect, test } from "vitest";
import { type CommandRequest, decide, explainDecision, isApprovedPlan } from "../src/index.ts";
import type { BlockedProgram, PreparedRule } from "../src/prepared-policy.ts";
import { pinned, prepared, rule } from "./support.ts";

const NAMES = ["sh", "dash", "bash", "git", "cat", "busybox"] as const;
const FILES = ["/usr/bin/dash", "/usr/bin/bash", "/usr/bin/git", "/bin/busybox"] as const;

const name = fc.constantFrom(...NAMES);
const file = fc.constantFrom(...FILES);

/** Rules over few names and files, so that several names often lead to one file. */
const rules: fc.Arbitrary<PreparedRule[]> = fc
  .uniqueArray(
    fc.record({
      name,
      realPath: file,
      interpreter: fc.option(file, { nil: null }),
      env: fc.constantFrom([], [["HOME", "/work/x"]] as const, [["MODE", "pinned"]] as const),
      maxArguments: fc.constantFrom(0, 1, 2),
    }),
    {
      maxLength: 5,
      selector: (entry) => entry.name,
    },
  )
  .map((entries) =>
    entries.map(({ name, realPath, interpreter, env, maxArguments }) =>
      rule(name, {
        program: pinned(name, {
          realPath,
          interpreter: interpreter === null ? null : pinned(interpreter, { path: interpreter }),
        }),
        otherPaths: [`/bin/${name}`],
        env,
        limits: maxArguments === 0 ? {} : { maxArguments },
      }),
    ),
  );

const blockEntry: fc.Arbitrary<BlockedProgram> = fc
  .tuple(fc.oneof(name, file), fc.option(file, { nil: null }))
  .map(([entry, realPath]) => {
    const { device, inode, sha256 } = pinned("x", { realPath: realPath ?? "" });
    return { entry, files: realPath === null ? [] : [{ realPath, device, inode, sha256 }] };
  });

const asked: fc.Arbitrary<CommandRequest> = fc.record({
  command: fc.oneof(
    name,
    file,
    name.map((text) => `/usr/bin/${text}`),
    name.map((text) => `/bin/${text}`),
  ),
  args: fc.array(fc.constantFrom("a", "\0", "-c"), { maxLength: 3 }),
  env: fc.array(fc.tuple(fc.constantFrom("MODE", "HOME", "OTHER"), fc.constantFrom("pinned", "x")), {
    maxLength: 2,
  }),
  workingDirectory: fc.constantFrom(null, ".", "a", "..", "/work/a"),
  stdinBytes: fc.constantFrom(0, 1, 1e12),
  timeoutMs: fc.constantFrom(null, 0, 5),
});

function isAllowed(
  request: CommandRequest,
  list: readonly PreparedRule[],
  blocked: readonly BlockedProgram[],
): boolean {
  return decide(prepared({ environmentWhitelist: ["MODE"] }, list, blocked), request).outcome === "allow";
}

test("some of these requests are allowed, and some are not", () => {
  const samples = fc.sample(fc.tuple(rules, asked), { numRuns: 500, seed: 1 });
  const outcomes = samples.map(([list, request]) => isAllowed(request, list, []));
  expect(new Set(outcomes).size).toBe(2);
});

test("adding a block entry never allows more", () => {
  fc.assert(
    fc.property(
      rules,
      fc.array(blockEntry, { maxLength: 3 }),
      blockEntry,
      asked,
      (list, blocked, added, request) => {
        const before = isAllowed(request, list, blocked);
        expect(before || !isAllowed(request, list, [...blocked, added])).toBe(true);
      },
    ),
    { numRuns: 1000 },
  );
});

test("removing an allow entry never allows more", () => {
  fc.assert(
    fc.property(
      rules,
      fc.array(blockEntry, { maxLength: 2 }),
      fc.nat(4),
      asked,
      (list, blocked, index, request) => {
        const before = isAllowed(request, list, blocked);
        expect(before || !isAllowed(request, list.toSpliced(index, 1), blocked)).toBe(true);
      },
    ),
    { numRuns: 1000 },
  );
});

test("what is allowed was listed, and runs exactly what was asked for", () => {
  fc.assert(
    fc.property(rules, asked, (list, request) => {
      const decision = decide(prepared({ environmentWhitelist: ["MODE"] }, list), request);
      if (decision.outcome === "deny") return;
      const { plan } = decision;
      expect(isApprovedPlan(plan)).toBe(true);
      expect(list.map(({ program }) => program)).toContainEqual(plan.program);
      const { name, path, realPath } = plan.program;
      expect([name, path, realPath, `/bin/${name}`]).toContain(request.command);
      expect(plan.args).toEqual(request.args);
    }),
    { numRuns: 1000 },
  );
});

test("any request at all gets a decision that can be explained in printable characters", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.string({
      unit: fc.constantFrom("\u001b", "\u202e", "\n", "\ud800", "\u2028", "\u0085", "\u200b", "a"),
      maxLength: 9,
    }),
  );
  const request = fc.record({
    command: text,
    args: fc.array(text, { maxLength: 3 }),
    env: fc.array(fc.tuple(text, text), { maxLength: 3 }),
    workingDirectory: fc.option(text, { nil: null }),
    stdinBytes: fc.nat(),
    timeoutMs: fc.option(fc.nat(), { nil: null }),
  });
  const anything = fc.oneof({ weight: 9, arbitrary: request }, fc.anything() as fc.Arbitrary<CommandRequest>);
  fc.assert(
    fc.property(anything, (value) => {
      const decision = decide(prepared(), value);
      const lines = explainDecision(decision).split("\n");
      for (const line of lines) expect(line).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      if (decision.outcome === "deny") {
        expect(lines).toHaveLength(decision.reasons.length + 1);
        expect(JSON.parse(JSON.stringify(decision.reasons))).toEqual(decision.reasons);
      }
    }),
    { numRuns: 1000 },
  );
});
