import { ProcessExecutorError } from "@assay/process-executor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLogger, type LoggerOptions } from "../../src/log/logger.ts";
import { hostileText } from "../support/arbitrary-report.ts";

function collect(options: Partial<LoggerOptions>) {
  const lines: string[] = [];
  const logger = createLogger({
    level: "trace",
    format: "json",
    stacks: false,
    write: (line) => lines.push(line),
    ...options,
  });
  return { logger, lines };
}

const error = new ProcessExecutorError({
  code: "ISOLATION_UNAVAILABLE",
  protection: "seccomp",
  detail: "none",
});

describe("for programs", () => {
  it("each event is one line of JSON with its severity by name and nothing about this machine", () => {
    const { logger, lines } = collect({});
    logger.warn({ source: "guest", program: "sh" }, "hello");
    const { time, ...rest } = JSON.parse(lines.join(""));
    expect(new Date(time).toISOString()).toBe(time);
    expect(rest).toEqual({ level: "warn", source: "guest", program: "sh", msg: "hello" });
  });

  it("an error has its facts and no stack, unless stacks are asked for", () => {
    const { logger, lines } = collect({});
    logger.error({ err: error }, "failed");
    expect(JSON.parse(lines.join("")).err).toEqual({
      type: "ProcessExecutorError",
      message: error.message,
      failure: error.failure,
    });
    const withStacks = collect({ stacks: true });
    withStacks.logger.error({ err: error }, "failed");
    expect(JSON.parse(withStacks.lines.join("")).err.stack).toContain(" at ");
  });
});

describe("for people", () => {
  it("each event is one line: time of day, severity, who speaks, text, facts", () => {
    const { logger, lines } = collect({ format: "text" });
    logger.info({ source: "guest", evaluationId: "e" }, "hello");
    logger.warn({ program: "sh", codes: ["A", "B"], count: 3 }, "command denied");
    logger.error({ err: error }, "failed");
    const [guest, denied, failed] = lines.map((line) => line.replace(/^\d\d:\d\d:\d\d\.\d{3} /, ""));
    expect(guest).toBe("info  guest: hello\n");
    expect(denied).toBe("warn  command denied  program=sh  codes=A,B  count=3\n");
    expect(failed).toBe(`error failed  err=${error.message}\n`);
  });

  it("a line stays one line, and holds no control or formatting character", () => {
    fc.assert(
      fc.property(hostileText, hostileText, (message, program) => {
        const { logger, lines } = collect({ format: "text" });
        logger.info({ source: "guest", program }, message);
        expect(lines).toHaveLength(1);
        expect(lines[0]?.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});

it("drops what is below its level", () => {
  const { logger, lines } = collect({ level: "silent" });
  logger.fatal("nothing");
  expect(lines).toEqual([]);
});
