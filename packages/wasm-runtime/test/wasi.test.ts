import { describe, expect, it } from "vitest";
import type { GuestReport, InstanceConfig } from "../src/index.ts";
import { createRuntime } from "../src/runtime.ts";
import {
  buildGuest,
  type GuestSpec,
  HEAP_AT,
  INPUT,
  returnScore,
  returnScore32,
  VERDICT,
} from "./support/guests.ts";
import { registrar } from "./support/hosts.ts";
import { sharedRuntime } from "./support/shared-runtime.ts";
import { type Body, op, type ValType } from "./support/wasm-builder.ts";

const runtime = sharedRuntime();
const RETURNED = { kind: "returned", value: VERDICT };

function wasiImport(name: string, params: readonly ValType[], results: readonly ValType[] = ["i32"]) {
  return { module: "wasi_snapshot_preview1", name, params: [...params], results: [...results] };
}
const FD_WRITE = wasiImport("fd_write", ["i32", "i32", "i32", "i32"]);
const RANDOM_GET = wasiImport("random_get", ["i32", "i32"]);
const CLOCK_TIME_GET = wasiImport("clock_time_get", ["i32", "i64", "i32"]);
const PROC_EXIT = wasiImport("proc_exit", ["i32"], []);

const TEXT_AT = 2048;
const IOVEC_AT = 3072;
const RESULT_AT = 4096;
const STDOUT = 1;
const STDERR = 2;
const I64_SUB = 0x7d;

/** Writes the first `length` bytes of the text at `TEXT_AT`. */
const write = (descriptor: number, length: number): Body => [
  op.i32(IOVEC_AT),
  op.i64((BigInt(length) << 32n) | BigInt(TEXT_AT)),
  op.i64Store(),
  op.i32(descriptor),
  op.i32(IOVEC_AT),
  op.i32(1),
  op.i32(RESULT_AT),
  op.call("fd_write"),
  op.drop,
];
const random64: Body = [
  op.i32(RESULT_AT),
  op.i32(8),
  op.call("random_get"),
  op.drop,
  op.i32(RESULT_AT),
  op.i64Load(),
];
const clock = (id: number): Body => [
  op.i32(id),
  op.i64(0n),
  op.i32(RESULT_AT),
  op.call("clock_time_get"),
  op.drop,
  op.i32(RESULT_AT),
  op.i64Load(),
];

function run(spec: GuestSpec, config: InstanceConfig = {}): Promise<GuestReport<{ score: bigint }>> {
  return runtime.evaluate(buildGuest(spec), INPUT, { wasi: {}, ...config });
}

async function scoreOf(spec: GuestSpec, config?: InstanceConfig): Promise<bigint> {
  const { outcome } = await run(spec, config);
  if (outcome.kind !== "returned") throw new Error(outcome.kind);
  return outcome.value.score;
}

describe("a guest built for WASI", () => {
  it("does not link where WASI was not asked for", async () => {
    const { outcome } = await runtime.evaluate(buildGuest({ imports: [RANDOM_GET] }), INPUT);

    expect(outcome).toMatchObject({ kind: "link-failed", missing: [{ name: "random_get" }] });
  });

  it("does not link with a function of another type, and is told which it should have", async () => {
    const { outcome } = await run({ imports: [wasiImport("random_get", ["i64"])] });

    expect(outcome).toMatchObject({
      kind: "link-failed",
      mismatched: [{ name: "random_get", provided: "(i32, i32) -> i32", wanted: "(i64) -> i32" }],
    });
  });

  it("is heard: what it writes comes in order, before the host calls that follow", async () => {
    const heard: string[] = [];
    const handle = () => {
      heard.push("call");
      return {};
    };
    const config: InstanceConfig = {
      registrars: [registrar({ tell: { params: [], result: null, kind: "sync", handle } })],
      onWasiOutput: (stream, bytes) => heard.push(`${stream} ${Buffer.from(bytes)}`),
    };
    const spec: GuestSpec = {
      imports: [FD_WRITE, { module: "host", name: "tell" }],
      data: [{ offset: TEXT_AT, bytes: Buffer.from("hello\n") }],
      evaluate: [
        [write(STDOUT, 3), write(STDOUT, 6), write(STDERR, 1)],
        [op.call("tell"), write(STDOUT, 2)],
        returnScore(op.i64(1n)),
      ],
    };
    expect(await scoreOf(spec, config)).toBe(1n);

    expect(heard).toEqual(["stdout helhello\n", "stderr h", "call", "stdout he"]);
  });

  it("cannot flood its host: what is over the limit is dropped, and the guest goes on", async () => {
    let bytes = 0;
    const spec: GuestSpec = {
      imports: [FD_WRITE],
      locals: ["i32"],
      evaluate: [
        [op.i32(10_000), op.set(2)],
        op.loop(write(STDOUT, 1_000), op.get(2), op.i32(1), op.i32Sub, op.set(2), op.get(2), op.brIf(0)),
        returnScore(op.i64(1n)),
      ],
    };
    const config: InstanceConfig = {
      wasi: { maxOutputBytes: 2_500 },
      onWasiOutput: (_stream, piece) => {
        bytes += piece.byteLength;
      },
    };

    expect(await scoreOf(spec, config)).toBe(1n);
    expect(bytes).toBe(2_500);
  });

  it("gets the same random bytes and the same time in every run, and others for another seed and start", async () => {
    const random: GuestSpec = { imports: [RANDOM_GET], evaluate: returnScore(random64) };
    const time: GuestSpec = { imports: [CLOCK_TIME_GET], evaluate: returnScore(clock(0)) };
    expect(await scoreOf(random)).toBe(await scoreOf(random));
    expect(await scoreOf(random)).not.toBe(await scoreOf(random, { wasi: { randomSeed: 1n } }));
    const startTimestampMs = 1_700_000_000_000;
    const started = await scoreOf(time, { wasi: { startTimestampMs } });

    expect(started).toBe(await scoreOf(time, { wasi: { startTimestampMs } }));
    expect(started / 1_000_000n).toBe(BigInt(startTimestampMs));
  });

  it("has a clock that its own computing moves, whatever the turns it has", async () => {
    const spec: GuestSpec = {
      imports: [CLOCK_TIME_GET],
      locals: ["i32", "i64"],
      evaluate: [
        [clock(1), op.set(3), op.i32(10_000_000), op.set(2)],
        op.loop(op.get(2), op.i32(1), op.i32Sub, op.set(2), op.get(2), op.brIf(0)),
        returnScore(clock(1), op.get(3), I64_SUB),
      ],
    };
    const [elapsedNs, reports] = [await scoreOf(spec), await Promise.all([run(spec), run(spec)])];

    // Ten units of fuel are a nanosecond.
    expect(elapsedNs).toBeGreaterThan(1_000_000n);
    expect(reports.map(({ outcome }) => outcome)).toEqual([reports[0]?.outcome, reports[0]?.outcome]);
    await using finely = createRuntime({ slice: { fuel: 50_000 } });
    const { outcome, slices } = await finely.evaluate(buildGuest(spec), INPUT, { wasi: {} });
    expect(outcome).toMatchObject({ kind: "returned", value: { score: elapsedNs } });
    expect(slices).toBeGreaterThan(100);
  });

  it("pays for what its host does", async () => {
    const random = (length: number): Body => [
      op.i32(HEAP_AT),
      op.i32(length),
      op.call("random_get"),
      op.drop,
    ];
    const spec = (length: number): GuestSpec => ({
      imports: [RANDOM_GET],
      evaluate: [random(length), op.loop(random(length), op.i32(0), op.brIf(0)), returnScore(op.i64(1n))],
    });
    const [few, many] = [await run(spec(8)), await run(spec(50_000))];

    expect(Number(many.fuelUsed) - Number(few.fuelUsed)).toBeGreaterThanOrEqual(2 * (50_000 - 8));
    expect((await run(spec(50_000), { fuel: 50_000 })).outcome.kind).toBe("out-of-fuel");
  });

  it("ends its program where it says so, and cannot catch that", async () => {
    const evaluate = [op.tryCatchAll([op.i32(3), op.call("proc_exit"), op.i64(0n)], op.drop), op.i64(0n)];

    expect((await run({ imports: [PROC_EXIT], evaluate })).outcome).toEqual({
      kind: "exited",
      phase: "call",
      exitCode: 3,
    });
  });

  it("gets no more done without a loop than it pays for, and ends at the same place for any slices", async () => {
    const filling: Body = [op.i32(HEAP_AT), op.i32(32_768), op.call("random_get"), op.drop];
    const spec = {
      imports: [RANDOM_GET],
      evaluate: [Array.from({ length: 200 }, () => filling), returnScore(op.i64(1n))],
    };
    const callFuel = 10_000 + 32_768 * 20;
    const ended = [];
    for (const slice of [{ fuel: 10_000 }, { fuel: 3 * callFuel }, { ms: 1 }] as const) {
      await using sliced = createRuntime({ maxThreads: 1, slice });
      const bytes = buildGuest(spec);
      const enough = await sliced.evaluate(bytes, INPUT, { wasi: {}, fuel: 300 * callFuel });
      expect(enough.outcome).toMatchObject({ kind: "returned" });
      expect(enough.slices).toBeGreaterThan(1);
      const { outcome, fuelUsed } = await sliced.evaluate(bytes, INPUT, { wasi: {}, fuel: 5 * callFuel });
      expect(outcome.kind).toBe("out-of-fuel");
      ended.push(fuelUsed);
    }

    expect(new Set(ended).size).toBe(1);
    expect(ended[0]).toBeLessThanOrEqual(6 * callFuel);
  });

  it("that is no program is initialised once, before its allocator, and not where WASI was not asked for", async () => {
    const spec: GuestSpec = {
      globals: [{ type: "i32", value: 0 }],
      functions: { _initialize: { body: [op.globalGet(0), op.i32(1), op.i32Add, op.globalSet(0)] } },
      evaluate: returnScore32(op.globalGet(0)),
    };
    await using instance = await runtime.instantiate(await runtime.compile(buildGuest(spec)), { wasi: {} });
    const scores = [await instance.evaluate(INPUT), await instance.evaluate(INPUT)].map(
      ({ outcome }) => outcome,
    );

    expect(scores).toMatchObject([{ value: { score: 1n } }, { value: { score: 1n } }]);
    expect((await runtime.evaluate(buildGuest(spec), INPUT)).outcome).toMatchObject({ value: { score: 0n } });
  });

  it("learns nothing of a listener that throws: it is ended", async () => {
    const spec: GuestSpec = {
      imports: [FD_WRITE],
      data: [{ offset: TEXT_AT, bytes: Buffer.from("x") }],
      evaluate: [write(STDOUT, 1), op.loop(op.br(0)), op.unreachable],
    };
    const onWasiOutput = () => {
      throw new Error("disk full");
    };

    expect((await run(spec, { onWasiOutput })).outcome).toMatchObject({
      kind: "host-failed",
      module: "wasi_snapshot_preview1",
      name: "fd_write",
    });
  });

  it("is answered by a registrar first, where one has the same function", async () => {
    const handle = () => ({ value: 7 });
    const own = { params: ["i32", "i32"], result: "i32", kind: "sync", handle } as const;
    const registrars = [registrar({ random_get: own }, { module: "wasi_snapshot_preview1" })];
    const evaluate = returnScore32(op.i32(0), op.i32(0), op.call("random_get"));

    expect(await scoreOf({ imports: [RANDOM_GET], evaluate }, { registrars })).toBe(7n);
    expect((await run({})).outcome).toEqual(RETURNED);
  });
});

it.each([
  { field: "randomSeed", wasi: { randomSeed: -1n } },
  { field: "maxOutputBytes", wasi: { maxOutputBytes: -1 } },
  { field: "nonsense", wasi: { nonsense: 1 } },
])("a WASI setting that is impossible is refused: $field", async ({ field, wasi }) => {
  await expect(run({}, { wasi })).rejects.toMatchObject({ failure: { code: "INVALID_CONFIG", field } });
});
