import { constants, fstatSync, readFileSync, type Stats, statSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { addAbortSignal, type Readable } from "node:stream";
import { type FileKind, type InputName, ValidatorError } from "./errors.ts";

const MIB = 1024 * 1024;

/** The most that is read of each input, in bytes. A challenge meets the runtime's own limit, 16 MiB, later and with a better message. */
export const MAX_INPUT_BYTES = { challenge: 64 * MIB, submission: 64 * MIB, params: 16 * MIB } as const;

type BoundedInput = keyof typeof MAX_INPUT_BYTES;

/**
 * Reads one input from a regular file. Never blocks on a pipe or a device, and never reads more than the limit.
 *
 * @throws {ValidatorError} `FILE_MISSING`, `FILE_UNREADABLE`, `FILE_NOT_REGULAR` or `INPUT_TOO_LARGE`.
 */
export async function readInputFile(
  input: BoundedInput,
  path: string,
  maxBytes: number = MAX_INPUT_BYTES[input],
): Promise<Uint8Array> {
  const file = await openFile(input, path);
  try {
    const kind = kindOf(await file.stat());
    if (kind !== "file") throw new ValidatorError({ code: "FILE_NOT_REGULAR", input, path, kind });
    const bytes = await readUpTo(file, maxBytes + 1);
    if (bytes.length > maxBytes) throw tooLarge(input, path, maxBytes);
    return bytes;
  } catch (error) {
    throw error instanceof ValidatorError ? error : unreadable(input, path, error);
  } finally {
    await file.close();
  }
}

/**
 * Reads all of a stream, as the input that `-` names.
 *
 * @throws {ValidatorError} `INPUT_TOO_LARGE` as soon as it is, or `FILE_UNREADABLE`.
 * @throws the signal's reason, when it is aborted before the end.
 */
export async function readInputStream(
  input: BoundedInput,
  stream: Readable,
  signal: AbortSignal,
  maxBytes: number = MAX_INPUT_BYTES[input],
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of addAbortSignal(signal, stream)) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLarge(input, "-", maxBytes);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof ValidatorError ? error : unreadable(input, "-", error);
  }
  return Buffer.concat(chunks, bytes);
}

/**
 * Whether standard input was closed when this process was started (`<&-`). Node then puts /dev/null there, which would be an empty
 * submission that nobody made; it opens it for reading and writing, and shells that are told `</dev/null` for reading only. Linux only.
 */
export function standardInputWasClosed(): boolean {
  try {
    if (fstatSync(0).rdev !== statSync("/dev/null").rdev) return false;
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync("/proc/self/fdinfo/0", "utf8"))?.[1] ?? "";
    return (Number.parseInt(flags, 8) & constants.O_RDWR) !== 0;
  } catch {
    return false;
  }
}

async function openFile(input: InputName, path: string): Promise<FileHandle> {
  try {
    // O_NONBLOCK: opening a pipe that nobody writes to must not wait.
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    if (code === "ENOENT" || code === "ENOTDIR") {
      throw new ValidatorError({ code: "FILE_MISSING", input, path }, { cause: error });
    }
    if (code === "ENXIO") throw new ValidatorError({ code: "FILE_NOT_REGULAR", input, path, kind: "socket" });
    throw unreadable(input, path, error);
  }
}

function kindOf(stats: Stats): FileKind | "file" {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "directory";
  return stats.isFIFO() ? "pipe" : "device";
}

async function readUpTo(file: FileHandle, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (length < maxBytes) {
    const buffer = new Uint8Array(Math.min(MIB, maxBytes - length));
    const { bytesRead } = await file.read(buffer, 0, buffer.length);
    if (bytesRead === 0) break;
    chunks.push(buffer.subarray(0, bytesRead));
    length += bytesRead;
  }
  return Buffer.concat(chunks, length);
}

function tooLarge(input: InputName, path: string, maxBytes: number): ValidatorError {
  return new ValidatorError({ code: "INPUT_TOO_LARGE", input, path, maxBytes });
}

function unreadable(input: InputName, path: string, error: unknown): ValidatorError {
  const detail = error instanceof Error ? error.message : String(error);
  return new ValidatorError({ code: "FILE_UNREADABLE", input, path, detail }, { cause: error });
}
