import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, expect, it, onTestFinished } from "vitest";
import { ValidatorError, type ValidatorFailure } from "../src/errors.ts";
import { readInputFile, readInputStream } from "../src/inputs.ts";
import { temporaryDirectory, temporaryFile } from "./support/assay.ts";

async function failureOf(reading: Promise<unknown>): Promise<ValidatorFailure> {
  const error = await reading.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ValidatorError)) throw new Error(`not refused: ${String(error)}`);
  return error.failure;
}

describe("a file", () => {
  it.each([
    { name: "empty", bytes: Buffer.from([]) },
    { name: "of all bytes", bytes: Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)) },
    { name: "larger than one read", bytes: Buffer.alloc(3 * 1024 * 1024 + 1, 7) },
  ])("that is $name is read as it is", async ({ bytes }) => {
    const read = await readInputFile("submission", temporaryFile("input", bytes));
    expect(bytes.equals(read)).toBe(true);
  });

  it("of exactly the limit is read, and of one byte more is refused", async () => {
    const path = temporaryFile("input", "12345");
    expect(await readInputFile("params", path, 5)).toHaveLength(5);
    expect(await failureOf(readInputFile("params", path, 4))).toEqual({
      code: "INPUT_TOO_LARGE",
      input: "params",
      path,
      maxBytes: 4,
    });
  });

  it.each(["missing", "missing/deeper", "file/below"])("that is not there is named: %s", async (relative) => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, "file"), "");
    const path = join(directory, relative);
    expect(await failureOf(readInputFile("challenge", path))).toEqual({
      code: "FILE_MISSING",
      input: "challenge",
      path,
    });
  });

  it("is not a directory", async () => {
    const path = join(temporaryDirectory(), "directory");
    mkdirSync(path);
    expect(await failureOf(readInputFile("challenge", path))).toMatchObject({
      code: "FILE_NOT_REGULAR",
      kind: "directory",
    });
  });

  it("is not a device", async () => {
    expect(await failureOf(readInputFile("params", "/dev/null"))).toMatchObject({
      code: "FILE_NOT_REGULAR",
      kind: "device",
    });
  });

  it("is not a pipe, and one that nobody writes to is not waited for", async () => {
    const path = join(temporaryDirectory(), "pipe");
    expect(spawnSync("mkfifo", [path]).status).toBe(0);
    expect(await failureOf(readInputFile("submission", path))).toMatchObject({
      code: "FILE_NOT_REGULAR",
      kind: "pipe",
    });
  });

  it("is not a socket", async () => {
    const path = join(temporaryDirectory(), "socket");
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
    expect(await failureOf(readInputFile("submission", path))).toMatchObject({
      code: "FILE_NOT_REGULAR",
      kind: "socket",
    });
  });

  it("whose name cannot be one is unreadable", async () => {
    expect(await failureOf(readInputFile("submission", "a\0b"))).toMatchObject({ code: "FILE_UNREADABLE" });
  });

  it("of a descriptor that the shell opened is said to belong on standard input", async () => {
    await expect(readInputFile("submission", "/dev/fd/63")).rejects.toThrow(
      "pipe it to standard input and name it -",
    );
  });
});

describe("standard input", () => {
  const never = new AbortController().signal;

  it("is read to its end", async () => {
    const bytes = await readInputStream(
      "submission",
      Readable.from([Buffer.from("ab"), Buffer.from("c")]),
      never,
    );
    expect(Buffer.from(bytes).toString()).toBe("abc");
  });

  it("is refused as soon as it is too large, however much would follow", async () => {
    async function* endless() {
      for (;;) yield Buffer.alloc(1024);
    }
    const failure = await failureOf(readInputStream("submission", Readable.from(endless()), never, 10_000));
    expect(failure).toEqual({ code: "INPUT_TOO_LARGE", input: "submission", path: "-", maxBytes: 10_000 });
  });

  it("is given up with the signal's reason while it is waited for", async () => {
    const controller = new AbortController();
    const reading = readInputStream("submission", new Readable({ read() {} }), controller.signal);
    controller.abort();
    await expect(reading).rejects.toBe(controller.signal.reason);
  });

  it("that breaks is unreadable", async () => {
    const broken = new Readable({
      read() {
        this.destroy(new Error("EIO"));
      },
    });
    expect(await failureOf(readInputStream("submission", broken, never))).toMatchObject({
      code: "FILE_UNREADABLE",
      detail: "EIO",
    });
  });
});
