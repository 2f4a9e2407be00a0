import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { startStatusLine } from "../src/status-line.ts";

const CLEAR = "\r\u001b[2K";

beforeEach(() =>
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"] }),
);
afterEach(() => vi.useRealTimers());

function start(terminal: { isTTY?: boolean; columns?: number }) {
  const written: string[] = [];
  const status = startStatusLine(
    { ...terminal, write: (text) => written.push(text) },
    (elapsedMs) => `working for ${elapsedMs} ms`,
  );
  return { status, written };
}

it("shows nothing for the first second, then what goes on, four times a second", () => {
  const { written } = start({ isTTY: true, columns: 80 });
  vi.advanceTimersByTime(999);
  expect(written).toEqual([]);
  vi.advanceTimersByTime(501);
  expect(written).toEqual([
    `${CLEAR}working for 1000 ms`,
    `${CLEAR}working for 1250 ms`,
    `${CLEAR}working for 1500 ms`,
  ]);
});

it("makes way for a line of text", () => {
  const { status, written } = start({ isTTY: true, columns: 80 });
  vi.advanceTimersByTime(1000);
  status.write("a log line\n");
  expect(written.slice(-2)).toEqual([CLEAR, "a log line\n"]);
});

it("is gone at the end, for good", () => {
  const { status, written } = start({ isTTY: true, columns: 80 });
  vi.advanceTimersByTime(1250);
  status[Symbol.dispose]();
  const length = written.length;
  expect(written.at(-1)).toBe(CLEAR);
  vi.advanceTimersByTime(10_000);
  expect(written).toHaveLength(length);
});

it("never wraps, not even on a terminal that says it has 0 columns", () => {
  const { written } = start({ isTTY: true, columns: 0 });
  vi.advanceTimersByTime(1000);
  expect(written).toEqual([`${CLEAR}working for 1000 ms`.slice(0, CLEAR.length + 19)]);
});

it("is only a way to write when there is no terminal", () => {
  const { status, written } = start({ isTTY: false });
  vi.advanceTimersByTime(10_000);
  status.write("a log line\n");
  status[Symbol.dispose]();
  expect(written).toEqual(["a log line\n"]);
});
