import { expect, it } from "vitest";
import { commandRequest } from "../src/command-request.ts";

const asked = {
  command: "cat",
  args: ["a"],
  env: [["A", "1"]],
  workingDirectory: "sub",
  stdin: null,
} as const;

it("takes over what the guest said, unchanged, and how much standard input came with it", () => {
  const request = commandRequest({ ...asked, stdin: Uint8Array.of(1, 2, 3), timeoutMs: 1500n });
  expect(request).toEqual({
    command: "cat",
    args: ["a"],
    env: [["A", "1"]],
    workingDirectory: "sub",
    stdinBytes: 3,
    timeoutMs: 1500,
  });
});

it.each([
  { name: "no timeout", timeoutMs: null, expected: null },
  { name: "the largest exact number", timeoutMs: 2n ** 53n - 1n, expected: 2 ** 53 - 1 },
  { name: "a number that a double cannot hold", timeoutMs: 2n ** 64n - 1n, expected: 2 ** 53 - 1 },
])("hands $name on as a number that is exact", ({ timeoutMs, expected }) => {
  expect(commandRequest({ ...asked, timeoutMs }).timeoutMs).toBe(expected);
});
