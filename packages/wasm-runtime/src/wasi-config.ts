import { type Checks, integer, isObject } from "./config-check.ts";

/** Where a guest can write. */
export type OutputStream = "stdout" | "stderr";

/**
 * What a guest finds behind `wasi_snapshot_preview1`. All of it is plain data, and all that the guest can see: the same
 * config gives the same guest the same answers, on every machine and in every run.
 */
export interface WasiConfig {
  /** The program's arguments; its name is the first of them. Default: none. No NUL; together at most 1 MiB of UTF-8. */
  readonly args: readonly string[];
  /** Variables by name. Default: none. No NUL, no `=` in a name; together at most 1 MiB of UTF-8. */
  readonly environment: Readonly<Record<string, string>>;
  /** What the guest can read from its standard input; then it ends. Default: nothing. */
  readonly stdin: Uint8Array;
  /**
   * Decides every byte of `random_get`, with its 64 bits. The bytes are **not** fit for keys or secrets: whoever knows the
   * seed knows them, and every guest with the same seed gets the same. Default 0.
   */
  readonly randomSeed: bigint;
  /** What the realtime clock begins with, in milliseconds since the Unix epoch. Default 0. */
  readonly startTimestampMs: number;
  /**
   * How many bytes of stdout and stderr are kept, together, in the guest's whole life. A guest does not fail because its
   * log is long: what is beyond is dropped, no report says so, and the guest is told that it was written. Default 65 536,
   * at most 64 MiB.
   */
  readonly maxOutputBytes: number;
}

/** What `WasiConfig` says where nothing is given; frozen. */
export const DEFAULT_WASI_CONFIG: WasiConfig = Object.freeze({
  args: Object.freeze([]),
  environment: Object.freeze({}),
  stdin: new Uint8Array(),
  randomSeed: 0n,
  startTimestampMs: 0,
  maxOutputBytes: 65_536,
});

const MAX_STRING_BYTES = 2 ** 20;
/** The most that `maxOutputBytes` can be. */
export const MAX_WASI_OUTPUT_BYTES = 64 * 2 ** 20;
/** The latest that `startTimestampMs` can be: WASI counts nanoseconds in 64 bits, and they end in the year 2554. */
export const MAX_WASI_TIMESTAMP_MS = 18_446_744_073_709;

/** What each field must be. */
export const WASI_CONFIG_CHECKS: Checks<WasiConfig> = Object.freeze({
  args: {
    expected: `strings without NUL, of at most ${MAX_STRING_BYTES} bytes together`,
    accepts: (value) => Array.isArray(value) && value.every(isCString) && fits(value),
  },
  environment: {
    expected: `strings without NUL by names without = and NUL, of at most ${MAX_STRING_BYTES} bytes together`,
    accepts: (value) =>
      isObject(value) &&
      Object.keys(value).every(isVariableName) &&
      Object.values(value).every(isCString) &&
      fits(environmentStrings(value as Record<string, string>)),
  },
  stdin: { expected: "a Uint8Array", accepts: (value) => value instanceof Uint8Array },
  randomSeed: {
    expected: "a bigint from 0 to 2^64 - 1",
    accepts: (value) => typeof value === "bigint" && BigInt.asUintN(64, value) === value,
  },
  startTimestampMs: integer(0, MAX_WASI_TIMESTAMP_MS),
  maxOutputBytes: integer(0, MAX_WASI_OUTPUT_BYTES),
});

/** The variables as a program finds them: `NAME=value`. */
export function environmentStrings(environment: Readonly<Record<string, string>>): string[] {
  return Object.entries(environment).map(([name, value]) => `${name}=${value}`);
}

function isCString(value: unknown): boolean {
  return typeof value === "string" && !value.includes("\0");
}

function isVariableName(name: string): boolean {
  return name !== "" && !name.includes("=") && isCString(name);
}

/** A pointer and a NUL come with each string. */
function fits(strings: readonly string[]): boolean {
  return strings.reduce((bytes, each) => bytes + Buffer.byteLength(each) + 5, 0) <= MAX_STRING_BYTES;
}
