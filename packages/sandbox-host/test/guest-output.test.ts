import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_LOG_LINE_BYTES } from "../src/write-log-line.ts";
import { log } from "./support/guest.ts";
import { createTestHost } from "./support/host.ts";
import { prepared } from "./support/policy.ts";

const policy = await prepared();
const text = (value: string) => new TextEncoder().encode(value);

describe("what a guest writes to its standard streams", () => {
  it("is logged by lines, stdout as info and stderr as a warning, each stream by itself", () => {
    const { host, lines } = createTestHost(policy);
    host.writeOutput("stdout", text("one\ntw"));
    host.writeOutput("stderr", text("careful\n"));
    host.writeOutput("stdout", text("o\n"));

    expect(host.logs()).toEqual([
      { level: "info", message: "one", droppedBytes: 0 },
      { level: "warn", message: "careful", droppedBytes: 0 },
      { level: "info", message: "two", droppedBytes: 0 },
    ]);
    expect(lines.map(({ source }) => source)).toEqual(["guest-stdout", "guest-stderr", "guest-stdout"]);
  });

  it("is logged without its last end of line too, once the guest writes no more", () => {
    const { host } = createTestHost(policy);
    host.writeOutput("stdout", text("unfinished"));
    expect(host.logs()).toEqual([]);
    host.endOutput();
    host.endOutput();

    expect(host.logs()).toEqual([{ level: "info", message: "unfinished", droppedBytes: 0 }]);
  });

  it("keeps its empty lines, and escapes what could forge another", () => {
    const { host } = createTestHost(policy);
    host.writeOutput("stdout", text("\n\u001b[2J\r\n"));

    expect(host.logs().map(({ message }) => message)).toEqual(["", "\\u{1b}[2J\\r"]);
  });

  it("costs no memory for a line without an end: what cannot be logged is counted and dropped", () => {
    const { host } = createTestHost(policy);
    for (let piece = 0; piece < 100; piece++) host.writeOutput("stdout", new Uint8Array(1_000).fill(0x61));
    host.writeOutput("stdout", text("\nnext\n"));

    expect(host.logs()).toEqual([
      { level: "info", message: "a".repeat(MAX_LOG_LINE_BYTES), droppedBytes: 100_000 - MAX_LOG_LINE_BYTES },
      { level: "info", message: "next", droppedBytes: 0 },
    ]);
  });

  it("counts against the budget of log_message", async () => {
    const { host } = createTestHost(await prepared({ budget: { maxLogLines: 2 } }));
    await log(host, 0, "first");
    host.writeOutput("stdout", text("second\nthird\n"));

    expect(host.logs().map(({ message }) => message)).toEqual(["first", "second"]);
    expect(host.counters()).toMatchObject({ logLines: 2, logDropped: 1 });
  });

  it("is forgotten by a reset, an unfinished line included", async () => {
    const { host } = createTestHost(policy);
    host.writeOutput("stdout", text("before"));
    await host.reset();
    host.endOutput();

    expect(host.logs()).toEqual([]);
  });

  it("is the same lines in whatever pieces it comes", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("a", "bc", "\n", "é"), { maxLength: 40 }), (pieces) => {
        const { host: inPieces } = createTestHost(policy);
        const { host: whole } = createTestHost(policy);
        for (const piece of pieces) {
          for (const byte of text(piece)) inPieces.writeOutput("stdout", Uint8Array.of(byte));
        }
        whole.writeOutput("stdout", text(pieces.join("")));
        inPieces.endOutput();
        whole.endOutput();
        expect(inPieces.logs()).toEqual(whole.logs());
      }),
    );
  });
});
