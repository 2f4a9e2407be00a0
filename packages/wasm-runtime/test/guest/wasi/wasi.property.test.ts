import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ERRNO } from "../../../src/guest/wasi/errno.ts";
import { WASI_FUNCTIONS, type WasiFunctionName } from "../../../src/wasi-functions.ts";
import { Exited, PAGE, type WasiHost, wasiHost } from "../../support/wasi-host.ts";

const CONFIG = {
  args: ["guest", "argument"],
  environment: { NAME: "value" },
  stdin: Buffer.from("standard input"),
  maxOutputBytes: 1_000,
};

interface Call {
  readonly name: WasiFunctionName;
  readonly args: readonly (number | bigint)[];
}

type Region = readonly [pointer: number, length: number];

/** Small numbers, numbers near the end of the memory and of the address space, and any other. */
const i32 = fc.oneof(
  fc.nat(8),
  fc.nat(512).map((value) => value * 8),
  fc.integer({ min: PAGE - 64, max: PAGE + 8 }),
  fc.integer({ min: -64, max: -1 }),
  fc.integer(),
);
const i64 = fc.oneof(
  fc.bigInt(-8n, 8n),
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
  fc.constantFrom(-(2n ** 63n), 2n ** 63n - 1n),
);
const call: fc.Arbitrary<Call> = fc
  .constantFrom(...(Object.keys(WASI_FUNCTIONS) as WasiFunctionName[]))
  .chain((name) =>
    fc.record({
      name: fc.constant(name),
      args: fc.tuple(...WASI_FUNCTIONS[name].params.map((type) => (type === "i64" ? i64 : i32))),
    }),
  );
/** What is at the beginning of the memory, where many of the pointers lead. */
const words = fc.array(i32, { maxLength: 256 });

function hostWith(content: readonly number[]): WasiHost {
  const host = wasiHost(CONFIG);
  host.memory.fill(0xa5);
  host.put(0, ...content);
  return host;
}

/** Where a call may write, if it succeeds, by the memory before it. */
function writableBy({ name, args }: Call, before: Buffer): Region[] {
  const [a, b, c, d] = args.map((value) => Number(value) >>> 0) as [number, number, number, number];
  const vectors = (): Region[] =>
    Array.from({ length: c }, (_, index) => [
      before.readUInt32LE(b + index * 8),
      before.readUInt32LE(b + index * 8 + 4),
    ]);
  switch (name) {
    case "args_get":
      return [
        [a, 8],
        [b, 15],
      ];
    case "environ_get":
      return [
        [a, 4],
        [b, 11],
      ];
    case "args_sizes_get":
    case "environ_sizes_get":
      return [
        [a, 4],
        [b, 4],
      ];
    case "clock_res_get":
      return [[b, 8]];
    case "clock_time_get":
      return [[c, 8]];
    case "fd_fdstat_get":
      return [[b, 24]];
    case "fd_filestat_get":
      return [[b, 64]];
    case "fd_read":
      return [...vectors(), [d, 4]];
    case "fd_write":
      return [[d, 4]];
    case "poll_oneoff":
      return [
        [b, c * 32],
        [d, 4],
      ];
    case "random_get":
      return [[a, b]];
    default:
      return [];
  }
}

/** `null` for `proc_exit`, which does not return. */
function errnoOf(host: WasiHost, { name, args }: Call): number | null {
  try {
    return host.call(name, ...args);
  } catch (error) {
    if (name === "proc_exit" && error instanceof Exited) return null;
    throw error;
  }
}

describe("any call with any arguments over any memory", () => {
  it("answers with an errno, and writes where it may if it succeeds and nowhere if not", () => {
    fc.assert(
      fc.property(words, call, (content, made) => {
        const host = hostWith(content);
        const before = Buffer.from(host.memory);
        const errno = errnoOf(host, made);
        const after = host.memory;
        if (errno !== null) expect(Object.values(ERRNO)).toContain(errno);
        for (const [pointer, length] of errno === ERRNO.success ? writableBy(made, before) : []) {
          expect(pointer + length).toBeLessThanOrEqual(PAGE);
          before.copy(after, pointer, pointer, pointer + length);
        }
        expect(after.equals(before)).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });

  it("gives no more output than is kept, and costs no more than its bounds allow", () => {
    fc.assert(
      fc.property(words, fc.array(call, { maxLength: 20 }), (content, calls) => {
        const host = hostWith(content);
        for (const each of calls) {
          const before = host.charged;
          errnoOf(host, each);
          expect(host.charged - before).toBeGreaterThanOrEqual(10_000);
          expect(host.charged - before).toBeLessThanOrEqual(10_000 + 65_536 * 20);
        }
        const bytes = host.written.reduce((sum, [, text]) => sum + text.length, 0);
        expect(bytes).toBeLessThanOrEqual(CONFIG.maxOutputBytes);
      }),
    );
  });

  it("does the same again, in the same order", () => {
    fc.assert(
      fc.property(words, fc.array(call, { maxLength: 20 }), (content, calls) => {
        const [one, other] = [hostWith(content), hostWith(content)];

        expect(calls.map((each) => errnoOf(one, each))).toEqual(calls.map((each) => errnoOf(other, each)));
        expect(one.memory.equals(other.memory)).toBe(true);
        expect([one.written, one.charged, one.exits]).toEqual([other.written, other.charged, other.exits]);
      }),
    );
  });

  it("never moves a clock back", () => {
    fc.assert(
      fc.property(words, fc.array(fc.tuple(call, fc.nat(10_000)), { maxLength: 20 }), (content, calls) => {
        const host = hostWith(content);
        const times = calls.map(([each, fuel]) => {
          host.fuel += fuel;
          errnoOf(host, each);
          return [0, 1, 2, 3].map((id) => {
            expect(host.call("clock_time_get", id, 0n, 1_024)).toBe(ERRNO.success);
            return host.u64(1_024);
          });
        });
        for (const [index, now] of times.entries()) {
          const before = times[index - 1] ?? [0n, 0n, 0n, 0n];
          for (const [id, time] of now.entries()) expect(time >= (before[id] ?? 0n)).toBe(true);
        }
      }),
    );
  });
});
