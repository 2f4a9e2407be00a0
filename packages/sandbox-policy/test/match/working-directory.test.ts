import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { decide, SANDBOX_WORK_DIRECTORY } from "../../src/index.ts";
import { allowed, prepared, request } from "../support.ts";

function ask(workingDirectory: string | null, policyDirectory = "."): string {
  const decision = decide(prepared({ workingDirectory: policyDirectory }), request({ workingDirectory }));
  if (decision.outcome === "allow") return decision.plan.workingDirectory;
  return decision.reasons.map((reason) => ("problem" in reason ? reason.problem : reason.code)).join();
}

describe("a command starts", () => {
  it.each([
    { name: "in the private directory when nothing is asked for", asked: null, directory: "/work" },
    { name: "in it for .", asked: ".", directory: "/work" },
    { name: "in it for its own absolute path", asked: "/work", directory: "/work" },
    { name: "below it", asked: "a/b", directory: "/work/a/b" },
    { name: "below it for an absolute path", asked: "/work/a", directory: "/work/a" },
    { name: "there whatever slashes and dots say nothing", asked: "./a//b/./", directory: "/work/a/b" },
    { name: "in a directory whose name has dots", asked: "..a/...", directory: "/work/..a/..." },
  ])("$name", ({ asked, directory }) => expect(ask(asked)).toBe(directory));

  it.each([
    { name: "in the policy's directory", asked: null, directory: "/work/task" },
    { name: "below the policy's directory", asked: "a", directory: "/work/task/a" },
    { name: "below it for an absolute path", asked: "/work/task/a", directory: "/work/task/a" },
    { name: "not above the policy's directory", asked: "/work", directory: "outside" },
    { name: "not beside it", asked: "/work/task2", directory: "outside" },
  ])("$name when the policy has one", ({ asked, directory }) => expect(ask(asked, "task")).toBe(directory));
});

describe("denies", () => {
  it.each([
    { name: "a parent", asked: "..", problem: "parent-segment" },
    { name: "a path that climbs out", asked: "../..", problem: "parent-segment" },
    { name: "a path that climbs out in the middle", asked: "a/../../etc", problem: "parent-segment" },
    { name: "a path that would climb only to itself", asked: "a/..", problem: "parent-segment" },
    { name: "an absolute path that climbs out", asked: "/work/../etc", problem: "parent-segment" },
    { name: "the root", asked: "/", problem: "outside" },
    { name: "another absolute path", asked: "/etc", problem: "outside" },
    { name: "a descriptor of the host", asked: "/proc/self/fd/7", problem: "outside" },
    { name: "a sibling that shares only the prefix", asked: "/work-evil", problem: "outside" },
    { name: "the private directory in another case", asked: "/Work", problem: "outside" },
    { name: "a NUL", asked: "a\0b", problem: "control-character" },
    { name: "a newline", asked: "a\nb", problem: "control-character" },
    { name: "a backslash", asked: "..\\..", problem: "backslash" },
    { name: "a lone surrogate", asked: "\ud800", problem: "not-unicode" },
    { name: "the empty path", asked: "", problem: "empty" },
    { name: "5 000 characters", asked: "a/".repeat(2500), problem: "too-long" },
    { name: "a path that is too long only as UTF-8", asked: "€/".repeat(1100), problem: "too-long" },
    { name: "a segment of 300 characters", asked: "a".repeat(300), problem: "too-long" },
  ])("$name", ({ asked, problem }) => expect(ask(asked)).toBe(problem));
});

test("an approved directory is always the private one or below it", () => {
  const segment = fc.oneof(
    fc.constantFrom("..", ".", "", "work", "work-evil", "\\", "a", "\0", "/work", "~", "%2e%2e"),
    fc.string({ unit: "binary", maxLength: 4 }),
  );
  const path = fc.tuple(fc.constantFrom("", "/", "/work", "/work/"), fc.array(segment, { maxLength: 6 }));
  fc.assert(
    fc.property(path, fc.constantFrom(".", "task", "a/b"), ([start, segments], policyDirectory) => {
      const workingDirectory = start + segments.join("/");
      const decision = decide(prepared({ workingDirectory: policyDirectory }), request({ workingDirectory }));
      if (decision.outcome === "deny") return;
      const parts = decision.plan.workingDirectory.split("/");
      const base = policyDirectory === "." ? ["", "work"] : ["", "work", ...policyDirectory.split("/")];
      expect(parts.slice(0, base.length)).toEqual(base);
      expect(parts.slice(1)).not.toContain("");
      expect(parts).not.toContain("..");
      expect(parts).not.toContain(".");
    }),
  );
});

test("the private directory is where the executor mounts it", () => {
  expect(SANDBOX_WORK_DIRECTORY).toBe("/work");
  expect(allowed(decide(prepared(), request())).env).toContainEqual(["HOME", SANDBOX_WORK_DIRECTORY]);
});
