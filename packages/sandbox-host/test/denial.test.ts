import { ABI_LEVELS } from "@assay/host-interface";
import { type DenyReason, explainReason } from "@assay/sandbox-policy";
import { describe, expect, it } from "vitest";
import { denialForGuest, WIRE_ERROR_OF_REASON } from "../src/denial.ts";
import { exec, execBytes, request } from "./support/guest.ts";
import { createTestHost } from "./support/host.ts";
import { prepared } from "./support/policy.ts";
import { counted, errAnswer } from "./support/wire.ts";

const nothingAllowed = await prepared();
const catAllowed = await prepared({ allowedCommands: ["cat"] });

/** One of every kind, with facts that would tell a guest about the host. */
const REASONS: { [Code in DenyReason["code"]]: DenyReason & { code: Code } } = {
  PROGRAM_MALFORMED: { code: "PROGRAM_MALFORMED", command: "./cat", problem: "relative-path" },
  PROGRAM_NOT_LISTED: { code: "PROGRAM_NOT_LISTED", command: "curl" },
  PROGRAM_BLOCKED: {
    code: "PROGRAM_BLOCKED",
    command: "sh",
    entry: "/secret/host/entry",
    by: "file",
    file: "/secret/host/sh",
  },
  REQUEST_MALFORMED: { code: "REQUEST_MALFORMED", field: "args" },
  ARGUMENTS_TOO_MANY: { code: "ARGUMENTS_TOO_MANY", count: 9, maximum: 8 },
  ARGUMENTS_TOO_LARGE: { code: "ARGUMENTS_TOO_LARGE", maximumBytes: 8 },
  ARGUMENT_TOO_LONG: { code: "ARGUMENT_TOO_LONG", index: 1, maximumBytes: 8 },
  ARGUMENT_MALFORMED: { code: "ARGUMENT_MALFORMED", index: 1, problem: "nul" },
  ENV_TOO_MANY: { code: "ENV_TOO_MANY", count: 9, maximum: 8 },
  ENV_TOO_LARGE: { code: "ENV_TOO_LARGE", maximumBytes: 8 },
  ENV_NAME_MALFORMED: { code: "ENV_NAME_MALFORMED", name: "A B", problem: "not-a-name" },
  ENV_DUPLICATE: { code: "ENV_DUPLICATE", name: "A" },
  ENV_NOT_ALLOWED: { code: "ENV_NOT_ALLOWED", name: "A" },
  ENV_DANGEROUS: { code: "ENV_DANGEROUS", name: "LD_PRELOAD", why: "it loads code" },
  ENV_VALUE_PINNED: { code: "ENV_VALUE_PINNED", name: "A" },
  ENV_VALUE_MALFORMED: { code: "ENV_VALUE_MALFORMED", name: "A", problem: "nul" },
  WORKING_DIRECTORY_REFUSED: {
    code: "WORKING_DIRECTORY_REFUSED",
    workingDirectory: "../..",
    problem: "parent-segment",
  },
  STDIN_TOO_LARGE: { code: "STDIN_TOO_LARGE", bytes: 9, maximumBytes: 8 },
  BUDGET_EXHAUSTED: { code: "BUDGET_EXHAUSTED", budget: "totalTimeMs", spent: 123_457, maximum: 120_000 },
  CHECK_FAILED: { code: "CHECK_FAILED", check: "environment" },
};

describe("each reason for denial, as a guest gets it", () => {
  it.each(Object.values(REASONS))("$code is the wire error of the table", (reason) => {
    const expected = WIRE_ERROR_OF_REASON[reason.code];
    const failure = denialForGuest("asked-for", [reason]);
    expect(failure.kind).toBe(expected);
    if (expected === "command-not-allowed") expect(failure).toEqual({ kind: expected, text: "asked-for" });
    else expect(failure).toMatchObject({ text: expect.stringMatching(/^policy: ./) });
  });

  it("explains a refusal of the environment in the words of the policy", () => {
    const failure = denialForGuest("cat", [REASONS.ENV_NOT_ALLOWED]);
    expect(failure).toEqual({
      kind: "execution-failed",
      text: `policy: ${explainReason(REASONS.ENV_NOT_ALLOWED)}`,
    });
  });

  it("never names a file of the host", () => {
    for (const reason of Object.values(REASONS)) {
      expect(JSON.stringify(denialForGuest("sh", [reason]))).not.toContain("/secret");
    }
  });

  it("never tells how much of a measured budget was spent", () => {
    expect(denialForGuest("cat", [REASONS.BUDGET_EXHAUSTED])).toEqual({
      kind: "execution-failed",
      text: "policy: the evaluation has used up its budget: totalTimeMs 120000",
    });
  });

  it("says first that the program is refused, as the original does, when other things are wrong too", () => {
    const failure = denialForGuest("curl", [REASONS.ENV_NOT_ALLOWED, REASONS.PROGRAM_NOT_LISTED]);
    expect(failure).toEqual({ kind: "command-not-allowed", text: "curl" });
  });

  it("gives the first eight reasons and the number of the others", () => {
    const reasons = Array.from({ length: 11 }, (_, index) => ({
      ...REASONS.ENV_NOT_ALLOWED,
      name: `V${index}`,
    }));
    const failure = denialForGuest("cat", reasons);
    const text = "text" in failure ? failure.text : "";
    expect(text).toContain("V7");
    expect(text).not.toContain("V8");
    expect(text.endsWith("; and 3 more")).toBe(true);
  });

  it("stays below 4000 characters whatever the facts are, and holds no control character", () => {
    const reason: DenyReason = { code: "ENV_NOT_ALLOWED", name: `\u001b[2J\u202e${"x".repeat(5000)}` };
    const failure = denialForGuest(
      "cat",
      Array.from({ length: 100 }, () => reason),
    );
    const text = "text" in failure ? failure.text : "";
    expect(text.length).toBeLessThan(4000);
    expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});

describe("a denied command", () => {
  for (const level of ABI_LEVELS) {
    it(`${level}: is CommandNotAllowed with the command asked for, byte for byte`, async () => {
      const { host, executor } = createTestHost(nothingAllowed);
      const reply = await execBytes(host, request(level, { command: "curl\n" }), { abi: level });
      expect(reply.write).toEqual(errAnswer(1, counted("curl\n")));
      expect(executor.opened).toEqual([]);
    });

    it(`${level}: is ExecutionFailed when only its environment is refused`, async () => {
      const { host, executor } = createTestHost(catAllowed);
      const answer = await exec(host, { command: "cat", env: [["SECRET", "1"]] }, { abi: level });
      expect(answer).toMatchObject({ ok: false, error: { kind: "execution-failed" } });
      expect(!answer.ok && "text" in answer.error && answer.error.text).toMatch(/^policy: .*SECRET/);
      expect(executor.runs).toEqual([]);
    });
  }

  it("is counted, recorded with codes, facts and sentences, and logged with its caller", async () => {
    const { host, lines } = createTestHost(nothingAllowed);
    await exec(host, { command: "curl", args: ["-s"] });
    expect(host.counters()).toMatchObject({ requested: 1, denied: 1, approved: 0, started: 0 });
    const reason = { code: "PROGRAM_NOT_LISTED", command: "curl" };
    expect(host.records()).toEqual([
      {
        outcome: "denied",
        program: "curl",
        args: ["-s"],
        argsOmitted: 0,
        reasons: [{ reason, text: explainReason({ code: "PROGRAM_NOT_LISTED", command: "curl" }) }],
        reasonsOmitted: 0,
      },
    ]);
    expect(lines).toEqual([
      expect.objectContaining({
        level: "info",
        msg: "command denied",
        codes: ["PROGRAM_NOT_LISTED"],
        challengeId: "challenge-1",
        validatorId: "validator-1",
        evaluationId: "evaluation-1",
      }),
    ]);
  });
});
