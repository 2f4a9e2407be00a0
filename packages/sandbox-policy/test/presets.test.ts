import { once } from "node:events";
import { expect, test } from "vitest";
import { decide, defaultPolicy, parsePolicy, permissivePolicy, preparePolicy } from "../src/index.ts";
import { allowed, codes, preparedHere, request } from "./support.ts";

test("defaultPolicy() gives a new object each time", () => {
  defaultPolicy().allowedCommands.push("sh");
  expect(defaultPolicy().allowedCommands).toEqual([]);
});

test("the default policy can be prepared on any host, and denies", async () => {
  const result = await preparePolicy(defaultPolicy());
  if (result.outcome === "invalid") throw new Error("invalid");
  expect(result.prepared).toMatchObject({ permissive: false, programs: [] });
  expect(codes(decide(result.prepared, request()))).toEqual(["PROGRAM_NOT_LISTED"]);
});

test("permissivePolicy() warns, and says in the policy that it is permissive", async () => {
  const warning = once(process, "warning");
  const policy = permissivePolicy();
  expect(policy).toMatchObject({ permissive: true, allowNetwork: false });
  expect(parsePolicy(policy).outcome).toBe("ok");
  expect(await warning).toMatchObject([{ code: "ASSAY_PERMISSIVE_POLICY" }]);
});

test("permissive: true in a policy is seen in what is prepared, so that a host can refuse it", async () => {
  const parsed = parsePolicy({ permissive: true, searchPath: ["/nowhere"] });
  if (parsed.outcome === "invalid") throw new Error("invalid");
  expect((await preparedHere(parsed.policy)).permissive).toBe(true);
});

test("a permissive policy pins every usable program of the search path, and still obeys everything else", async () => {
  const policy = await preparedHere({ permissive: true, searchPath: ["/usr/bin"], blockedCommands: ["cat"] });
  expect(allowed(decide(policy, request({ command: "ls" }))).program).toMatchObject({
    path: "/usr/bin/ls",
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(codes(decide(policy, request({ command: "cat" })))).toEqual(["PROGRAM_BLOCKED"]);
  expect(codes(decide(policy, request({ command: "su" })))).toEqual(["PROGRAM_NOT_LISTED"]);
  expect(codes(decide(policy, request({ command: "/tmp/ls" })))).toEqual(["PROGRAM_NOT_LISTED"]);
  expect(codes(decide(policy, request({ command: "ls", env: [["LD_PRELOAD", "x"]] })))).toEqual([
    "ENV_NOT_ALLOWED",
    "ENV_DANGEROUS",
  ]);
});
