import { describe, expect, it } from "vitest";
import { MAX_LOG_LINE_BYTES } from "../src/write-log-line.ts";
import { call, log } from "./support/guest.ts";
import { createTestHost } from "./support/host.ts";
import { prepared } from "./support/policy.ts";

const policy = await prepared();

describe("the severity of a line", () => {
  it.each([
    { abi: "head", code: 0, level: "info" },
    { abi: "head", code: 1, level: "warn" },
    { abi: "head", code: 2, level: "error" },
    { abi: "head", code: 99, level: "error" },
    { abi: "head", code: -1, level: "error" },
    { abi: "pr33", code: 0, level: "trace" },
    { abi: "pr33", code: 1, level: "debug" },
    { abi: "pr33", code: 2, level: "info" },
    { abi: "pr33", code: 3, level: "warn" },
    { abi: "pr33", code: 4, level: "error" },
    { abi: "pr33", code: 5, level: "info" },
    { abi: "pr33", code: -1, level: "info" },
    { abi: "pr33", code: 0x7fff_ffff, level: "info" },
  ] as const)("$abi: $code is $level, in the record and in the host's log", async ({ abi, code, level }) => {
    const { host, lines } = createTestHost(policy);
    expect(await log(host, code, "hello", { abi })).toEqual({});
    expect(host.logs()).toEqual([{ level, message: "hello", droppedBytes: 0 }]);
    expect(lines).toEqual([expect.objectContaining({ level, msg: "hello" })]);
  });
});

describe("the text of a line", () => {
  it.each([
    {
      name: "a newline cannot forge a second line",
      text: "a\nERROR b\r\n\tc",
      message: "a\\nERROR b\\r\\n\\tc",
    },
    {
      name: "escape codes do not reach a terminal",
      text: "\u001b[2J\u001b]0;x\u0007",
      message: "\\u{1b}[2J\\u{1b}]0;x\\u{07}",
    },
    { name: "nor do their C1 forms", text: "\u009b31m\u0085", message: "\\u{9b}31m\\u{85}" },
    {
      name: "bidi overrides do not turn the line",
      text: "a\u202eb\u2066c\u061c",
      message: "a\\u{202e}b\\u{2066}c\\u{61c}",
    },
    {
      name: "line and paragraph separators break nothing",
      text: "a\u2028b\u2029c",
      message: "a\\u{2028}b\\u{2029}c",
    },
    {
      name: "invisible characters show",
      text: "pass\u200bword\ufeff",
      message: "pass\\u{200b}word\\u{feff}",
    },
    { name: "NUL and DEL show", text: "a\u0000b\u007f", message: "a\\u{00}b\\u{7f}" },
    { name: "a byte order mark at the start shows", text: "\ufeffa", message: "\\u{feff}a" },
    { name: "formats are not filled in", text: "%s %d %o %%", message: "%s %d %o %%" },
    { name: "letters of the world stay", text: "żółć 日本語 🙂", message: "żółć 日本語 🙂" },
    { name: "nothing is a line too", text: "", message: "" },
  ])("$name", async ({ text, message }) => {
    const { host, lines } = createTestHost(policy);
    await log(host, 0, text);
    expect(host.logs()).toEqual([{ level: "info", message, droppedBytes: 0 }]);
    expect(lines[0]?.["msg"]).toBe(message);
  });

  it("is lossy UTF-8: bytes that are no text become U+FFFD, one for each maximal part", async () => {
    const { host } = createTestHost(policy);
    await log(host, 0, Uint8Array.of(0x61, 0xff, 0xe2, 0x82, 0x62, 0xf0, 0x9f));
    expect(host.logs()[0]?.message).toBe("a\ufffd\ufffdb\ufffd");
  });
});

it("says for whom it was written: challenge, validator and evaluation", async () => {
  const { host, lines } = createTestHost(policy);
  await log(host, 0, "hello");
  expect(lines).toEqual([
    {
      level: "info",
      evaluationId: "evaluation-1",
      challengeId: "challenge-1",
      validatorId: "validator-1",
      source: "guest",
      msg: "hello",
    },
  ]);
});

it("takes what the host's maker knows about the caller over what the call says", async () => {
  const { host, lines } = createTestHost(policy, { identity: { challengeId: "known" } });
  await log(host, 0, "hello");
  expect(lines).toEqual([expect.objectContaining({ challengeId: "known", validatorId: "validator-1" })]);
});

describe("a guest that logs without end", () => {
  it("gets as many lines as the budget has; the rest is counted, and the log says so once", async () => {
    const { host, lines } = createTestHost(await prepared({ budget: { maxLogLines: 3 } }));
    for (let index = 0; index < 1000; index += 1) await log(host, 99, `line ${index}`);
    expect(host.logs().map(({ message }) => message)).toEqual(["line 0", "line 1", "line 2"]);
    expect(host.counters()).toMatchObject({ logLines: 3, logDropped: 997 });
    expect(lines).toHaveLength(4);
    expect(lines[3]).toMatchObject({ level: "warn", msg: "log budget used up, further lines are dropped" });
  });

  it("gets as many bytes as the budget has; the last line is cut", async () => {
    const { host } = createTestHost(await prepared({ budget: { maxLogBytes: 10 } }));
    await log(host, 0, "1234567");
    await log(host, 0, "abcdefg");
    await log(host, 0, "dropped");
    expect(host.logs()).toEqual([
      { level: "info", message: "1234567", droppedBytes: 0 },
      { level: "info", message: "abc", droppedBytes: 4 },
    ]);
    expect(host.counters()).toMatchObject({ logLines: 2, logBytes: 10, logDropped: 1 });
  });

  it("gets at most 8192 bytes of one line, and the log says how many are missing", async () => {
    const { host, lines } = createTestHost(policy);
    await log(host, 0, "x".repeat(MAX_LOG_LINE_BYTES + 5));
    expect(host.logs()).toEqual([
      { level: "info", message: "x".repeat(MAX_LOG_LINE_BYTES), droppedBytes: 5 },
    ]);
    expect(lines[0]).toMatchObject({ droppedBytes: 5 });
  });

  it.each([1, 2, 3])("is not given half a character when the limit falls %d bytes into one", async (into) => {
    const { host } = createTestHost(await prepared({ budget: { maxLogBytes: 4 + into } }));
    await log(host, 0, "abcd🙂");
    expect(host.logs()).toEqual([{ level: "info", message: "abcd", droppedBytes: 4 }]);
  });

  it("is cut within the limit also when its bytes are no text", async () => {
    const { host } = createTestHost(await prepared({ budget: { maxLogBytes: 5 } }));
    await log(host, 0, new Uint8Array(20).fill(0x80));
    expect(host.counters().logBytes).toBeLessThanOrEqual(5);
  });
});

describe("a text that cannot be read from the guest's memory", () => {
  const unreadable = { ok: false, fault: "memory read out of bounds", length: 4_000_000_000 } as const;

  it("is only logged: no line, no record, nothing for the guest", async () => {
    const { host, lines } = createTestHost(policy);
    expect(await call(host, "log_message", [0, unreadable])).toEqual({});
    expect(host.logs()).toEqual([]);
    expect(host.counters()).toMatchObject({ logUnreadable: 1, logLines: 0 });
    expect(lines).toEqual([
      expect.objectContaining({
        level: "warn",
        msg: "unreadable log line",
        fault: "memory read out of bounds",
        bytes: 4_000_000_000,
        challengeId: "challenge-1",
      }),
    ]);
  });

  it("is logged ten times and counted after that", async () => {
    const { host, lines } = createTestHost(policy);
    for (let index = 0; index < 100; index += 1) await call(host, "log_message", [0, unreadable]);
    expect(lines).toHaveLength(10);
    expect(host.counters().logUnreadable).toBe(100);
  });
});
