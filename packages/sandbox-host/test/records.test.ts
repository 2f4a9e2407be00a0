import type { DenyReason } from "@assay/sandbox-policy";
import { describe, expect, it } from "vitest";
import { deniedRecord, MAX_COMMAND_RECORDS, recordedCommand } from "../src/records.ts";
import { exec } from "./support/guest.ts";
import { createTestHost } from "./support/host.ts";
import { prepared } from "./support/policy.ts";

describe("the command in a record", () => {
  it("is what the guest wrote, when that is short", () => {
    const args = ["-e", "print \u001b", ""];
    expect(recordedCommand("awk", args)).toEqual({ program: "awk", args, argsOmitted: 0 });
  });

  it("has at most 64 arguments", () => {
    const { args, argsOmitted } = recordedCommand(
      "cat",
      Array.from({ length: 100 }, (_, index) => `${index}`),
    );
    expect(args).toHaveLength(64);
    expect(argsOmitted).toBe(36);
  });

  it("has at most 4096 characters of arguments, and says where it was cut", () => {
    const { args, argsOmitted } = recordedCommand("cat", ["a".repeat(4000), "b".repeat(200), "c"]);
    expect(args).toEqual(["a".repeat(4000), `${"b".repeat(96)}…`]);
    expect(argsOmitted).toBe(1);
  });

  it("has at most 256 characters of the program's name", () => {
    expect(recordedCommand("x".repeat(1000), []).program).toBe(`${"x".repeat(256)}…`);
  });
});

describe("the reasons in a record", () => {
  it("are the first sixteen, and the number of the others", () => {
    const reasons = Array.from(
      { length: 20 },
      (_, index): DenyReason => ({ code: "ENV_NOT_ALLOWED", name: `V${index}` }),
    );
    const record = deniedRecord(recordedCommand("cat", []), reasons);
    expect(record.reasons.map(({ reason }) => reason)).toEqual(reasons.slice(0, 16));
    expect(record.reasonsOmitted).toBe(4);
  });

  it("are sentences without control characters", () => {
    const record = deniedRecord(recordedCommand("cat", []), [
      { code: "ENV_NOT_ALLOWED", name: "\u001b[2J\n" },
    ]);
    expect(record.reasons[0]?.text).not.toMatch(/\p{Cc}/u);
  });
});

it("stops at 1000 records, of which no more are logged either: denials cost a guest nothing", async () => {
  const { host, lines } = createTestHost(await prepared());
  for (let index = 0; index < MAX_COMMAND_RECORDS + 5; index += 1) await exec(host, { command: "curl" });
  expect(host.records()).toHaveLength(MAX_COMMAND_RECORDS);
  expect(host.counters()).toMatchObject({ denied: MAX_COMMAND_RECORDS + 5, recordsOmitted: 5 });
  expect(lines).toHaveLength(MAX_COMMAND_RECORDS);
});
