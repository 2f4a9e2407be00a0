import type { HostArgument, HostFunctionHandler } from "@assay/host-interface";
import { encodeEvaluationInput, packPointer } from "@assay/host-interface";
import { describe, expect, it } from "vitest";
import type { InstanceConfig, ModuleLimits } from "../src/defaults.ts";
import type { GuestOutcome } from "../src/outcome.ts";
import { createRuntime } from "../src/runtime.ts";
import {
  ALLOC,
  buildGuest,
  type GuestSpec,
  HEAP_AT,
  INPUT,
  RETURN_VERDICT,
  returnScore,
  returnScore32,
  VERDICT,
  VERDICT_AT,
} from "./support/guests.ts";
import { registrar } from "./support/hosts.ts";
import { rejectionOf } from "./support/refusal.ts";
import { sharedRuntime } from "./support/shared-runtime.ts";
import { type Body, buildModule, op } from "./support/wasm-builder.ts";

/**
 * What a guest can try against its host. Each attack stands beside a control: the same guest, asking for what it may
 * have, gets it.
 */
const runtime = sharedRuntime();
const PAGE = 65_536;
/** Long enough for a guest to get where it never leaves, on a machine that is busy with other tests. */
const DEADLINE_MS = 150;
const ENDLESS: Body = op.loop(op.br(0));

const EXEC = {
  module: "host",
  name: "exec",
  params: ["i32", "i32", "i32", "i32"],
  results: ["i32"],
} as const;
const LOG = { module: "host", name: "log", params: ["i32", "i32"] } as const;

/** A host with `exec(bytes, buffer) -> i32`, which suspends, and `log(bytes)`, which does not. */
function host(exec: HostFunctionHandler = () => ({ value: 1 }), log: HostFunctionHandler = () => ({})) {
  return [
    registrar({
      exec: { params: ["bytes", "buffer"], result: "i32", kind: "suspending", handle: exec },
      log: { params: ["bytes"], result: null, kind: "sync", handle: log },
    }),
  ];
}

async function outcomeOf(spec: GuestSpec, config: InstanceConfig = {}): Promise<GuestOutcome<unknown>> {
  const guest = buildGuest({ imports: [EXEC, LOG], ...spec });
  const { outcome } = await runtime.evaluate(guest, INPUT, { registrars: host(), ...config });
  return outcome;
}

const returned = (score: bigint) => ({ kind: "returned", value: { ...VERDICT, score } });

const exec = (pointer: number, length: number, buffer = 0, capacity = 0): Body => [
  op.i32(pointer),
  op.i32(length),
  op.i32(buffer),
  op.i32(capacity),
  op.call("exec"),
];

describe("a pointer and a length", () => {
  async function argumentsOf(...call: [number, number, number?, number?]): Promise<readonly HostArgument[]> {
    const seen: (readonly HostArgument[])[] = [];
    const record: HostFunctionHandler = ({ arguments: args }) => {
      seen.push(args);
      return { value: 1 };
    };
    const evaluate = returnScore32(exec(...call));
    expect(await outcomeOf({ evaluate }, { registrars: host(record) })).toEqual(returned(1n));
    return seen[0] ?? [];
  }

  it.each([
    { name: "that wrap around 2^32", pointer: 0xffff_fff0, length: 0x20, fault: "pointer overflow" },
    { name: "below zero", pointer: -1, length: 1, fault: "memory read out of bounds" },
    { name: "with a length below zero", pointer: 0, length: -1, fault: "memory read out of bounds" },
    { name: "of 2^31 bytes in one page", pointer: 0, length: 2 ** 31, fault: "memory read out of bounds" },
    { name: "one byte beyond the end", pointer: PAGE - 3, length: 4, fault: "memory read out of bounds" },
  ])("$name reach the handler as a fault, and the guest goes on", async ({ pointer, length, fault }) => {
    const before = process.memoryUsage().arrayBuffers;
    const [bytes] = await argumentsOf(pointer, length);

    expect(bytes).toEqual({ ok: false, fault, length: length >>> 0 });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
  });

  it("of the last bytes reach the handler as a copy", async () => {
    expect(await argumentsOf(PAGE - 4, 4)).toEqual([
      { ok: true, bytes: new Uint8Array(4) },
      { pointer: 0, capacity: 0, inBounds: true },
    ]);
  });

  it("of a buffer outside of memory are told", async () => {
    const [, buffer] = await argumentsOf(0, 0, PAGE - 4, 8);

    expect(buffer).toEqual({ pointer: PAGE - 4, capacity: 8, inBounds: false });
  });
});

describe("a message longer than maxMessageBytes", () => {
  it.each([
    { length: 100, bytes: { ok: true, bytes: new Uint8Array(100) } },
    { length: 101, bytes: { ok: false, fault: "request exceeds maxMessageBytes", length: 101 } },
  ])("is not copied: $length bytes under a limit of 100", async ({ length, bytes }) => {
    const seen: unknown[] = [];
    const record: HostFunctionHandler = ({ arguments: [first] }) => {
      seen.push(first);
      return { value: 1 };
    };
    await outcomeOf(
      { evaluate: returnScore32(exec(16 * 1024, length)) },
      { registrars: host(record), maxMessageBytes: 100 },
    );

    expect(seen).toEqual([bytes]);
  });
});

describe("while a guest is suspended", () => {
  it("its memory may have grown: the answer is written into the new one", async () => {
    // The guest grows its memory between two calls, so that the first view is of no use for the second answer.
    const evaluate: Body = [
      exec(0, 0, 2048, 8),
      op.drop,
      op.i32(1),
      op.memoryGrow,
      op.drop,
      exec(0, 0, PAGE + 16, 8),
      op.drop,
      returnScore(op.i32(0), op.i64Load(PAGE + 16)),
    ];
    const handle: HostFunctionHandler = async () => ({
      value: 8,
      write: Uint8Array.of(42, 0, 0, 0, 0, 0, 0, 0),
    });

    expect(await outcomeOf({ evaluate }, { registrars: host(handle) })).toEqual(returned(42n));
  });

  it("a second call into it is refused, and the first one is not disturbed", async () => {
    const answer = Promise.withResolvers<void>();
    const entered = Promise.withResolvers<void>();
    const handle: HostFunctionHandler = async () => {
      entered.resolve();
      await answer.promise;
      return { value: 5 };
    };
    const module = await runtime.compile(
      buildGuest({ imports: [EXEC], evaluate: returnScore32(exec(0, 0)) }),
    );
    await using instance = await runtime.instantiate(module, { registrars: host(handle) });
    const first = instance.evaluate(INPUT);
    await entered.promise;

    expect(await rejectionOf(instance.evaluate(INPUT))).toEqual({ code: "CALL_IN_PROGRESS" });
    answer.resolve();
    expect((await first).outcome).toEqual(returned(5n));
  });
});

it("bytes that a guest changes after the call do not change in the handler's hands", async () => {
  const held: Uint8Array[] = [];
  const keep: HostFunctionHandler = ({ arguments: [bytes] }) => {
    if (typeof bytes === "object" && "bytes" in bytes) held.push(bytes.bytes);
    return {};
  };
  const log = [op.i32(2048), op.i32(4), op.call("log")];
  await outcomeOf(
    { evaluate: [log, op.i32(2048), op.i32(-1), op.i32Store(), log, returnScore(op.i64(1n))] },
    { registrars: host(undefined, keep) },
  );

  expect(held).toEqual([Uint8Array.of(0, 0, 0, 0), Uint8Array.of(255, 255, 255, 255)]);
});

describe("an allocator", () => {
  /** What is at the input's usual place and at address 0 when nothing was written there. */
  const UNTOUCHED = {
    kind: "allocation-failed",
    export: "allocate",
    lengthBytes: encodeEvaluationInput(INPUT).length,
  };

  it.each<{ name: string; allocate: Body; reason: string; message: string }>([
    { name: "returns 0", allocate: op.i32(0), reason: "null", message: "it returned 0" },
    {
      name: "returns an address outside of memory",
      allocate: op.i32(PAGE - 8),
      reason: "out-of-bounds",
      message: "it returned 65528 in a memory of 65536 bytes",
    },
    {
      name: "returns -1",
      allocate: op.i32(-1),
      reason: "out-of-bounds",
      message: "it returned 4294967295 in a memory of 65536 bytes",
    },
    { name: "traps", allocate: op.unreachable, reason: "trapped", message: "it trapped: unreachable" },
    {
      name: "suspends",
      allocate: exec(0, 0),
      reason: "suspended",
      message: "it called host::exec, which suspends",
    },
    {
      name: "suspends, and catches everything",
      allocate: [op.tryCatchAll(exec(0, 0), op.drop), op.i32(HEAP_AT)],
      reason: "suspended",
      message: "it called host::exec, which suspends",
    },
  ])("that $name fails the call", async ({ allocate, reason, message }) => {
    const calls: string[] = [];
    const handle: HostFunctionHandler = ({ name }) => {
      calls.push(name);
      return { value: HEAP_AT };
    };

    expect(await outcomeOf({ allocate }, { registrars: host(handle) })).toEqual({
      ...UNTOUCHED,
      reason,
      message,
    });
    expect(calls).toEqual([]);
  });

  it("that recurses for ever ends as what it is", async () => {
    const allocate = [op.i32(1), op.i32(0), op.call("allocate")];

    expect(await outcomeOf({ allocate })).toMatchObject({ kind: "stack-exhausted", phase: "allocate" });
  });

  it("that loops for ever is ended at the deadline", async () => {
    expect(await outcomeOf({ allocate: [ENDLESS, op.unreachable] }, { deadlineMs: DEADLINE_MS })).toEqual({
      kind: "deadline",
      phase: "allocate",
      deadlineMs: DEADLINE_MS,
    });
  });

  it("that grows memory gets its input into the new memory", async () => {
    const allocate = [op.i32(1), op.memoryGrow, op.drop, op.i32(PAGE + 5)];

    // The input begins with the length of the submission, in eight bytes.
    expect(await outcomeOf({ allocate, evaluate: returnScore(op.get(0), op.i64Load()) })).toEqual(
      returned(10n),
    );
  });

  it("may log, which does not suspend", async () => {
    const allocate = [op.i32(0), op.i32(0), op.call("log"), op.i32(HEAP_AT)];

    expect((await outcomeOf({ allocate })).kind).toBe("returned");
  });

  it("is told the length, and an alignment of 0", async () => {
    const allocate = [
      op.i32(VERDICT_AT),
      op.get(0),
      op.get(1),
      op.i32Add,
      op.i64ExtendI32,
      op.i64Store(),
      op.i32(HEAP_AT),
    ];

    expect(await outcomeOf({ allocate })).toEqual(returned(BigInt(UNTOUCHED.lengthBytes)));
  });

  it("called alloc is asked first, and where it fails allocate is not tried", async () => {
    const functions = { alloc: { ...ALLOC, body: op.i32(0) } };

    expect(await outcomeOf({ functions })).toMatchObject({ kind: "allocation-failed", export: "alloc" });
  });

  it("may put its input anywhere, aligned or not", async () => {
    expect(await outcomeOf({ allocate: op.i32(4097), evaluate: returnScore32(op.get(0)) })).toEqual(
      returned(4097n),
    );
  });
});

describe("a result", () => {
  const at = (pointer: number, length: number) => op.i64(packPointer(pointer, length));

  it.each<{ name: string; evaluate: Body; reason: string; message: RegExp }>([
    { name: "that is null", evaluate: op.i64(0n), reason: "null", message: /^returned null$/ },
    {
      name: "outside of memory",
      evaluate: at(PAGE - 4, 5),
      reason: "out-of-bounds",
      message: /^5 bytes at 65532 in a memory of 65536 bytes$/,
    },
    {
      name: "of 4 GiB at the end of the address space",
      evaluate: op.i64(-1n),
      reason: "out-of-bounds",
      message: /^4294967295 bytes at 4294967295/,
    },
    {
      name: "longer than maxResultBytes",
      evaluate: at(0, 101),
      reason: "too-large",
      message: /^101 bytes, more than maxResultBytes \(100\)$/,
    },
    {
      name: "without bytes",
      evaluate: at(VERDICT_AT, 0),
      reason: "undecodable",
      message: /^io error: unexpected end of file$/,
    },
    {
      name: "that is no verdict",
      evaluate: [op.i32(VERDICT_AT), op.i32(-1), op.i32Store(8), at(VERDICT_AT, 60)],
      reason: "undecodable",
      message: /^invalid u8 while decoding bool, expected 0 or 1, found 255$/,
    },
  ])("$name is told as such", async ({ evaluate, reason, message }) => {
    expect(await outcomeOf({ evaluate }, { maxResultBytes: 100 })).toEqual({
      kind: "bad-result",
      reason,
      message: expect.stringMatching(message),
    });
  });

  it("may end where the memory ends", async () => {
    const bytes = new Uint8Array(36);
    bytes[0] = 9;
    bytes[8] = 1;
    const spec = { data: [{ offset: PAGE - 36, bytes }], evaluate: at(PAGE - 36, 36) };

    expect(await outcomeOf(spec)).toMatchObject({ kind: "returned", value: { score: 9n, valid: true } });
  });
});

describe("a module without what a call needs", () => {
  it.each([
    { name: "memory", bytes: buildGuest({ memoryExport: false }), expected: "memory" },
    {
      name: "alloc",
      bytes: buildModule({
        functions: { evaluate: { params: ["i32", "i32"], results: ["i64"], body: op.i64(0n) } },
      }),
      expected: "(i32) -> i32",
    },
    {
      name: "evaluate",
      bytes: buildGuest({ functions: { evaluate: { body: [] } } }),
      expected: "(i32, i32) -> i64",
    },
  ])("is told that $name is missing, and nothing of it runs", async ({ name, bytes, expected }) => {
    expect((await runtime.evaluate(bytes, INPUT)).outcome).toMatchObject({
      kind: "missing-export",
      name,
      expected,
    });
  });
});

describe("a start function", () => {
  const start = (body: Body): GuestSpec => ({
    start: "begin",
    functions: { begin: { body, export: false } },
  });

  it("runs under the deadline", async () => {
    expect(await outcomeOf(start(ENDLESS), { deadlineMs: DEADLINE_MS })).toEqual({
      kind: "deadline",
      phase: "start",
      deadlineMs: DEADLINE_MS,
    });
  });

  it("may not suspend", async () => {
    expect(await outcomeOf(start([exec(0, 0), op.drop]))).toEqual({
      kind: "start-suspended",
      module: "host",
      name: "exec",
    });
  });

  it("may not suspend and catch everything either, and reaches no handler", async () => {
    const calls: string[] = [];
    const handle: HostFunctionHandler = ({ name }) => {
      calls.push(name);
      return { value: 1 };
    };
    const spec = start(op.tryCatchAll(exec(0, 0), op.drop));

    expect((await outcomeOf(spec, { registrars: host(handle) })).kind).toBe("start-suspended");
    expect(calls).toEqual([]);
  });

  it("that traps is told as such", async () => {
    expect(await outcomeOf(start(op.unreachable))).toMatchObject({
      kind: "trap",
      phase: "start",
      message: "unreachable",
    });
  });

  it("may log from its memory, before anything else of the guest runs", async () => {
    const seen: unknown[] = [];
    const handle: HostFunctionHandler = ({ arguments: args }) => {
      seen.push(...args);
      return {};
    };
    const spec = start([op.i32(VERDICT_AT), op.i32(1), op.call("log")]);

    expect((await outcomeOf(spec, { registrars: host(undefined, handle) })).kind).toBe("returned");
    expect(seen).toEqual([{ ok: true, bytes: Uint8Array.of(Number(VERDICT.score)) }]);
  });

  it("does not run where the guest does not link", async () => {
    const spec = { ...start(op.unreachable), imports: [{ module: "host", name: "gone" }] };

    expect(await outcomeOf(spec)).toMatchObject({ kind: "link-failed", missing: [{ name: "gone" }] });
  });
});

describe("a guest that never returns", () => {
  const TAIL_CALL_ITSELF: Body = [op.get(0), op.get(1), 0x12, { callee: "evaluate" }];
  const FILL_100_MB = [op.i32(0), op.i32(1), op.i32(100_000_000), op.memoryFill];

  it.each<{ name: string; evaluate: Body; memories?: GuestSpec["memories"] }>([
    { name: "loops", evaluate: [ENDLESS, op.unreachable] },
    // The engine itself never looks up from these two: `terminate` waited for ever.
    { name: "calls itself in its tail", evaluate: TAIL_CALL_ITSELF },
    {
      name: "fills its memory again and again",
      evaluate: [op.loop(FILL_100_MB, op.br(0)), op.unreachable],
      memories: [{ minimum: 1_600 }],
    },
    {
      name: "loops and catches everything",
      evaluate: [op.loop(op.tryCatchAll(ENDLESS), op.br(0)), op.unreachable],
    },
    {
      name: "calls the host for ever",
      evaluate: [op.loop(op.i32(0), op.i32(0), op.call("log"), op.br(0)), op.unreachable],
    },
    { name: "suspends for ever", evaluate: [op.loop(exec(0, 0), op.drop, op.br(0)), op.unreachable] },
  ])("because it $name is ended at its deadline", async ({ evaluate, memories }) => {
    const spec = memories === undefined ? { evaluate } : { evaluate, memories };
    expect(await outcomeOf(spec, { deadlineMs: DEADLINE_MS })).toEqual({
      kind: "deadline",
      phase: "call",
      deadlineMs: DEADLINE_MS,
    });
  });

  it("does not keep another one from running", async () => {
    const endless = outcomeOf({ evaluate: [ENDLESS, op.unreachable] }, { deadlineMs: 300 });

    expect((await outcomeOf({})).kind).toBe("returned");
    expect((await endless).kind).toBe("deadline");
  });
});

describe("memory and tables", () => {
  const growMemory = (pages: number) => ({ evaluate: returnScore32(op.i32(pages), op.memoryGrow) });
  const growTable = (elements: number) => ({
    tables: [{ minimum: 1 }],
    evaluate: returnScore32(op.refNull, op.i32(elements), op.tableGrow(0)),
  });
  const caps = { maxMemoryBytes: 16 * PAGE, maxTableElements: 1_000 };

  it.each([
    { name: "memory up to its cap", spec: growMemory(15), score: 1n },
    { name: "no memory past its cap", spec: growMemory(16), score: -1n },
    { name: "no 4 GiB of memory", spec: growMemory(65_535), score: -1n },
    { name: "a table up to its cap", spec: growTable(999), score: 1n },
    { name: "no table past its cap", spec: growTable(1_000), score: -1n },
    { name: "no ten million elements", spec: growTable(10_000_000), score: -1n },
    {
      name: "no memory past its own maximum",
      spec: { ...growMemory(3), memories: [{ minimum: 1, maximum: 3 }] },
      score: -1n,
    },
  ])("a guest gets $name", async ({ spec, score }) => {
    expect(await outcomeOf(spec, caps)).toEqual(returned(score));
  });

  it("are capped by default: 512 MiB and 65 536 elements", async () => {
    expect(await outcomeOf(growMemory(8_191))).toEqual(returned(1n));
    expect(await outcomeOf(growMemory(8_192))).toEqual(returned(-1n));
    expect(await outcomeOf(growTable(65_535))).toEqual(returned(1n));
    expect(await outcomeOf(growTable(65_536))).toEqual(returned(-1n));
  });

  it.each([
    {
      spec: { memories: [{ minimum: 17 }] },
      facts: { resource: "memory", minimumBytes: 17 * PAGE, maxMemoryBytes: 16 * PAGE },
    },
    {
      spec: { tables: [{ minimum: 1_001 }] },
      facts: { resource: "table", minimumElements: 1_001, maxTableElements: 1_000 },
    },
  ])(
    "of a module that starts with more than the cap of its $facts.resource are not made",
    async ({ spec, facts }) => {
      expect(await outcomeOf(spec, caps)).toEqual({ kind: "out-of-memory", ...facts });
    },
  );

  it("cannot be had sixteen times over in one module", async () => {
    const memories = Array.from({ length: 16 }, () => ({ minimum: 1_024 }));

    expect(await rejectionOf(outcomeOf({ memories }))).toMatchObject({ feature: "multiple-memories" });
    expect((await outcomeOf({ memories: memories.slice(0, 1) })).kind).toBe("returned");
  });

  it("cannot be brought by the host", async () => {
    const guest = buildModule({
      imports: [{ module: "host", name: "memory", memory: { minimum: 1 } }],
      memories: [],
      exports: [{ name: "memory", kind: 2, index: 0 }],
    });

    expect((await runtime.evaluate(guest, INPUT, { registrars: host() })).outcome).toMatchObject({
      kind: "link-failed",
      missing: [{ module: "host", name: "memory", type: "memory" }],
    });
  });

  it("are told as they are when the guest is ended", async () => {
    const controller = new AbortController();
    const cancel: HostFunctionHandler = () => {
      controller.abort();
      return {};
    };
    const evaluate = [
      op.i32(2),
      op.memoryGrow,
      op.drop,
      op.i32(0),
      op.i32(0),
      op.call("log"),
      ENDLESS,
      op.unreachable,
    ];
    const report = await runtime.evaluate(buildGuest({ imports: [LOG], evaluate }), INPUT, {
      registrars: [registrar({ log: { params: ["bytes"], result: null, kind: "sync", handle: cancel } })],
      signal: controller.signal,
    });

    expect(report).toMatchObject({ outcome: { kind: "cancelled" }, memoryPeakBytes: 3 * PAGE });
  });
});

it("a million globals are refused, a thousand are not", async () => {
  const globals = (count: number) =>
    Array.from({ length: count }, () => ({ type: "i32", value: 0 }) as const);

  expect(await rejectionOf(outcomeOf({ globals: globals(10_001) }))).toMatchObject({
    reason: "too-many",
    item: "globals",
    limit: 10_000,
  });
  expect((await outcomeOf({ globals: globals(1_000) })).kind).toBe("returned");
});

describe("a module made to be expensive to compile", () => {
  it("is refused for its size before anything is done with it", async () => {
    expect(await rejectionOf(runtime.compile(new Uint8Array(100 * 1024 * 1024)))).toMatchObject({
      code: "MODULE_REFUSED",
      reason: "too-large",
    });
  });

  it("is refused for a function of 10 000 locals and 10 000 branches", async () => {
    const locals = Array.from({ length: 10_000 }, () => "i64" as const);
    const branches = Array.from({ length: 10_000 }, () => op.block(op.get(0), op.brIf(0)));

    expect(await rejectionOf(outcomeOf({ locals, evaluate: [branches, RETURN_VERDICT] }))).toMatchObject({
      reason: "function-too-complex",
      functionIndex: 3,
      measure: "locals",
      value: 10_002,
    });
    expect((await outcomeOf({ evaluate: [branches, RETURN_VERDICT] })).kind).toBe("returned");
  });

  it("is refused for 1 000 operands that 40 000 branches would have to move", async () => {
    const operands = Array.from({ length: 1_000 }, () => op.get(0));
    const branches = Array.from({ length: 40_000 }, () => [op.get(0), op.brIf(0)]);
    const results = Array.from({ length: 1_000 }, () => op.drop);
    const moved = [op.block(operands, branches, results), RETURN_VERDICT];

    expect(await rejectionOf(outcomeOf({ evaluate: moved }))).toMatchObject({
      reason: "function-too-complex",
      measure: "operands-times-control",
    });
  });

  it("is refused for blocks that are nested 10 000 deep", async () => {
    const nested = [
      ...Array.from({ length: 10_000 }, () => [0x02, 0x40]),
      ...Array.from({ length: 10_000 }, () => [0x0b]),
    ];

    expect(await rejectionOf(outcomeOf({ evaluate: [nested, RETURN_VERDICT] }))).toMatchObject({
      reason: "function-too-complex",
      measure: "nesting",
      limit: 1_000,
    });
  });

  it.each<{ measure: string; limits: Partial<ModuleLimits>; value: number }>([
    { measure: "body-bytes", limits: { maxFunctionBytes: 28 }, value: 29 },
    { measure: "locals", limits: { maxFunctionLocals: 3 }, value: 4 },
    { measure: "locals-times-bytes", limits: { maxLocalsTimesBytes: 115 }, value: 116 },
    { measure: "nesting", limits: { maxNesting: 1 }, value: 2 },
    { measure: "locals-times-control", limits: { maxLocalsTimesControl: 11 }, value: 12 },
    { measure: "operands-times-control", limits: { maxOperandsTimesControl: 5 }, value: 6 },
  ])("is refused by a runtime that allows less of its $measure", async ({ measure, limits, value }) => {
    const guest = buildGuest({
      locals: ["i32", "i32"],
      evaluate: [
        op.block(op.block(op.get(0), op.brIf(0))),
        op.i32(1),
        op.i32(1),
        op.drop,
        op.drop,
        RETURN_VERDICT,
      ],
    });
    await using strict = createRuntime({ moduleLimits: limits });

    expect(await rejectionOf(strict.compile(guest))).toEqual({
      code: "MODULE_REFUSED",
      reason: "function-too-complex",
      functionIndex: 1,
      measure,
      value,
      limit: Object.values(limits)[0],
    });
  });

  it("is refused for calls inside of a try_table, behind each of which all locals are put in place", async () => {
    const locals = Array.from({ length: 1_990 }, () => "i64" as const);
    const catching = (calls: number) =>
      op.tryCatchAll(Array.from({ length: calls }, () => op.call("callee")));
    const callee = { body: [], export: false } as const;
    const one = buildGuest({ locals, evaluate: [catching(2_010), RETURN_VERDICT], functions: { callee } });
    const many = (functions: number) => {
      const names = Array.from({ length: functions }, (_, index) => `catching-${index}`);
      return buildGuest({
        functions: {
          callee,
          ...Object.fromEntries(names.map((name) => [name, { locals, body: catching(100), export: false }])),
        },
      });
    };

    expect(await rejectionOf(runtime.compile(one))).toMatchObject({ measure: "locals-times-control" });
    expect(await rejectionOf(runtime.compile(many(81)))).toMatchObject({
      reason: "function-too-complex",
      measure: "landings-times-values",
      value: 81 * 100 * 1_990,
      limit: 16_000_000,
    });
    expect(await rejectionOf(runtime.compile(many(80)))).toBeNull();
  });

  it("is refused for loops that grow twelvefold when they are metered", async () => {
    const loops = [Array.from({ length: 20_000 }, () => op.loop()), RETURN_VERDICT];
    await using tight = createRuntime({ moduleLimits: { maxRewrittenBytes: 200_000 } });

    expect(await rejectionOf(tight.compile(buildGuest({ evaluate: loops })))).toMatchObject({
      reason: "rewritten-too-large",
      maxRewrittenBytes: 200_000,
    });
    expect((await outcomeOf({ evaluate: loops })).kind).toBe("returned");
  });

  it("is refused for its million functions", async () => {
    const bytes = buildGuest({ rawSections: { 3: [0xc0, 0x84, 0x3d] } });

    expect(await rejectionOf(runtime.compile(bytes))).toMatchObject({
      reason: "too-many",
      item: "functions",
      count: 1_000_000,
    });
  });
});

describe("deep recursion", () => {
  const recurse: Body = [op.get(0), op.get(1), op.call("evaluate")];

  it("ends as what it is, and the next guest is none the worse", async () => {
    expect(await outcomeOf({ evaluate: recurse })).toMatchObject({
      kind: "stack-exhausted",
      phase: "call",
      frames: expect.arrayContaining(["wasm-function[3]"]),
    });
    expect((await outcomeOf({})).kind).toBe("returned");
  });

  it("cannot be caught", async () => {
    const evaluate = [op.tryCatchAll(recurse, op.drop), returnScore(op.i64(1n))];

    expect((await outcomeOf({ evaluate })).kind).toBe("stack-exhausted");
  });
});

describe("import names", () => {
  const names = [
    { module: "__proto__", name: "constructor" },
    { module: "constructor", name: "__proto__" },
    { module: "host", name: "toString" },
  ];

  it("of Object's prototype are not found there", async () => {
    expect(await outcomeOf({ imports: names })).toMatchObject({ kind: "link-failed", missing: names });
  });

  it("of Object's prototype are linked where they were registered, and may be imported twice", async () => {
    const called: string[] = [];
    const handle: HostFunctionHandler = ({ module, name }) => {
      called.push(`${module}.${name}`);
      return {};
    };
    const registrars = names.map(({ module, name }) => ({
      name: `${module}.${name}`,
      functions: [{ module, name, signature: { params: [], result: null, kind: "sync" } as const, handle }],
    }));
    const imports = [...names, ...names].map((each, index) => ({ ...each, as: `f${index}` }));
    const evaluate = [imports.map(({ as }) => op.call(as)), returnScore(op.i64(1n))];

    expect(await outcomeOf({ imports, evaluate }, { registrars })).toEqual(returned(1n));
    const once = names.map(({ module, name }) => `${module}.${name}`);
    expect(called).toEqual([...once, ...once]);
  });
});

describe("what a host function throws", () => {
  const secret = "/root/.ssh/id_ed25519";
  const throwing: HostFunctionHandler = () => {
    throw Object.assign(new Error(secret), { credentials: secret });
  };

  it("never reaches the guest: it is ended in the middle of its call", async () => {
    // If the guest could catch anything here it would go on, and return.
    const evaluate = [op.tryCatchAll(exec(0, 0), op.drop), returnScore(op.i64(1n))];
    const outcome = await outcomeOf({ evaluate }, { registrars: host(throwing) });

    expect(outcome).toMatchObject({ kind: "host-failed", module: "host", name: "exec" });
    expect(outcome.kind === "host-failed" && outcome.error.message).not.toContain(secret);
    expect(outcome.kind === "host-failed" && String(outcome.error.cause)).toContain(secret);
  });

  it("is no matter for a guest whose host functions answer", async () => {
    const evaluate = [op.tryCatchAll(exec(0, 0), op.drop), returnScore(op.i64(1n))];

    expect(await outcomeOf({ evaluate })).toEqual(returned(1n));
  });
});

describe("a trap", () => {
  it.each<{ evaluate: Body; message: string }>([
    { evaluate: op.unreachable, message: "unreachable" },
    { evaluate: [op.i32(1), op.i32(0), op.i32DivS, op.drop, op.i64(0n)], message: "divide by zero" },
    { evaluate: [op.i32(-1), op.i64Load()], message: "memory access out of bounds" },
  ])("is told by the engine's name for it: $message", async ({ evaluate, message }) => {
    expect(await outcomeOf({ evaluate })).toMatchObject({ kind: "trap", phase: "call", message });
  });

  it("names the guest's functions, innermost first, and makes their names printable", async () => {
    const functions = { inner: { results: ["i64"], body: op.unreachable, export: false } } as const;
    const names = { evaluate: "evaluate", inner: "in\u001b[2J\nat host (secret.ts:1:1)" };

    expect(await outcomeOf({ evaluate: op.call("inner"), functions, names })).toMatchObject({
      frames: ["in\\u{1b}[2J\\u{a}at host (secret.ts:1:1)", "evaluate"],
    });
  });

  it("numbers functions without a name", async () => {
    expect(await outcomeOf({ evaluate: op.unreachable })).toMatchObject({ frames: ["wasm-function[3]"] });
  });
});
