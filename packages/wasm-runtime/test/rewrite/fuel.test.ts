import { describe, expect, it } from "vitest";
import { memoryOf, meteredGuest, rewritten } from "../support/rewritten.ts";
import { type Body, buildModule, type ModuleSpec, op } from "../support/wasm-builder.ts";

/** A loop that runs `times`, counting down in local 0. */
const repeat = (times: number, ...body: Body): Body => [
  op.i32(times),
  op.set(0),
  op.loop(body, op.get(0), op.i32(1), op.i32Sub, [0x22, 0], op.brIf(0)),
];
const ifElse = (condition: number, then: Body, otherwise: Body): Body => [
  op.i32(condition),
  [0x04, 0x40],
  then,
  0x05,
  otherwise,
  0x0b,
];

interface Row {
  readonly name: string;
  readonly fuel: bigint;
  readonly body: Body;
  readonly more?: Partial<ModuleSpec>;
}

const nothing = { params: [], results: [], locals: [], export: false } as const;

/** Counts in a local how much it spends, and throws; what a call of it costs beside the call. */
const THROWER = {
  tags: [[]],
  functions: { thrower: { ...nothing, locals: ["i32"], body: [repeat(10), op.throw(0)] } },
} as const satisfies Partial<ModuleSpec>;
const THROWN = 2n + 10n * 5n + 100n;

const ROWS: readonly Row[] = [
  { name: "nothing", body: [], fuel: 0n },
  { name: "nop and blocks", body: [0x01, op.block(op.block(0x01))], fuel: 0n },
  { name: "a constant and a drop", body: [op.i32(1), op.drop], fuel: 2n },
  { name: "a load", body: [op.i32(0), op.i32Load(), op.drop], fuel: 1n + 2n + 1n },
  { name: "a store", body: [op.i32(0), op.i32(0), op.i32Store()], fuel: 1n + 1n + 2n },
  { name: "a division", body: [op.i32(4), op.i32(2), op.i32DivS, op.drop], fuel: 1n + 1n + 8n + 1n },
  { name: "the arm that is taken", body: ifElse(1, [op.i32(1), op.drop], []), fuel: 2n + 2n },
  { name: "and not the other", body: ifElse(0, [op.i32(1), op.drop], []), fuel: 2n },
  {
    name: "what stands behind a block that is left early is not paid",
    body: [op.block(op.block(op.i32(1), op.brIf(1)), op.i32(1), op.drop)],
    fuel: 2n,
  },
  {
    name: "and is paid when it is not",
    body: [op.block(op.block(op.i32(0), op.brIf(1)), op.i32(1), op.drop)],
    fuel: 2n + 2n,
  },
  { name: "a loop, each time around", body: repeat(10), fuel: 2n + 10n * 5n },
  { name: "a loop in a loop", body: repeat(10, op.block(op.i32(1), op.drop)), fuel: 2n + 10n * 7n },
  {
    name: "a call and its callee",
    body: [op.call("callee")],
    more: { functions: { callee: { ...nothing, body: [op.i32(1), op.drop] } } },
    fuel: 5n + 2n,
  },
  {
    name: "a tail call and its callee",
    body: [0x12, { callee: "callee" }],
    more: { functions: { callee: { ...nothing, body: [op.i32(1), op.drop] } } },
    fuel: 5n + 2n,
  },
  {
    name: "a call of the host",
    body: [op.call("tick")],
    more: { imports: [{ module: "host", name: "tick" }] },
    fuel: 100n,
  },
  {
    name: "an indirect call",
    body: [op.i32(0), [0x11, 0, 0]],
    more: {
      tables: [{ minimum: 1 }],
      functions: { callee: { ...nothing, body: [] } },
      rawSections: { 9: [1, 0, 0x41, 0, 0x0b, 1, 1] },
    },
    fuel: 1n + 8n,
  },
  {
    name: "a memory.fill by its length",
    body: [op.i32(0), op.i32(0), op.i32(65_536), op.memoryFill],
    fuel: 3n + 10n + 8_192n,
  },
  {
    name: "a memory.copy by its length",
    body: [op.i32(0), op.i32(0), op.i32(800), [0xfc, 10, 0, 0]],
    fuel: 3n + 10n + 100n,
  },
  {
    name: "a memory.grow by its pages",
    body: [op.i32(3), op.memoryGrow, op.drop],
    fuel: 1n + 100n + 3n * 1_024n + 1n,
  },
  { name: "a memory.grow that fails", body: [op.i32(-1), op.memoryGrow, op.drop], fuel: 1n + 100n + 1n },
  {
    name: "a table.grow by its elements",
    body: [op.refNull, op.i32(70), op.tableGrow(0), op.drop],
    more: { tables: [{ minimum: 1, maximum: 100 }] },
    fuel: 2n + 100n + 70n + 1n,
  },
  {
    name: "a table.copy by its elements",
    body: [op.i32(0), op.i32(0), op.i32(9), [0xfc, 14, 0, 0]],
    more: { tables: [{ minimum: 10 }] },
    fuel: 3n + 10n + 9n,
  },
  {
    name: "an exception",
    body: [op.tryCatchAll(op.throw(0))],
    more: { tags: [[]] },
    fuel: 100n,
  },
  {
    name: "what an exception's thrower has spent in a loop, and what runs behind the catch",
    body: [op.tryCatchAll(op.call("thrower")), op.i32(1), op.drop],
    more: THROWER,
    fuel: 5n + THROWN + 2n,
  },
  {
    name: "an exception through a function that keeps its count in a local",
    body: [op.tryCatchAll(op.call("between")), repeat(3)],
    more: {
      ...THROWER,
      functions: {
        ...THROWER.functions,
        between: { ...nothing, locals: ["i32"], body: [repeat(10), op.call("thrower"), repeat(10)] },
      },
    },
    // A stretch is paid as a whole: the second loop's first two instructions stand in that of the call.
    fuel: 5n + (52n + 5n + 2n) + THROWN + (2n + 3n * 5n),
  },
  {
    name: "an exception in each round of a loop",
    body: repeat(10, op.tryCatchAll(op.call("thrower"))),
    more: THROWER,
    fuel: 2n + 10n * (5n + THROWN + 5n),
  },
  {
    name: "an exception that is caught and thrown again",
    body: op.tryCatchAll(
      [0x02, 0x69],
      [0x1f, 0x40, 1, 3, 0],
      op.call("thrower"),
      0x0b,
      op.unreachable,
      0x0b,
      0x0a,
    ),
    more: THROWER,
    fuel: 5n + THROWN + 100n,
  },
  {
    name: "an exception in the handler of another",
    body: [op.tryCatchAll(op.call("thrower")), op.tryCatchAll(op.call("thrower"))],
    more: THROWER,
    fuel: 2n * (5n + THROWN),
  },
];

function moduleOf({ body, more = {} }: Row): Uint8Array {
  return buildModule({
    ...more,
    functions: { run: { locals: ["i32"], body }, ...more.functions },
  });
}

describe("costs exactly", () => {
  it.each(ROWS)("$fuel: $name", (row) => {
    for (const slice of [1n, 7n, 1_000_000n]) {
      const guest = meteredGuest(rewritten(moduleOf(row)), { host: { tick() {} } }, { slice });

      expect(guest.call("run")).toEqual({ returned: undefined });
      expect(guest.fuelUsed()).toBe(row.fuel);
    }
  });
});

describe("a loop of a straight line, which is charged for several rounds at once", () => {
  const counting = buildModule({
    functions: {
      /** Adds 1 to the word at `4 * (round - 1)` for each of `n` rounds. */
      run: {
        params: ["i32"],
        results: ["i32"],
        body: [
          op.loop(
            [
              op.get(0),
              op.i32(4),
              op.i32Sub,
              [0x22, 0],
              op.get(0),
              op.i32Load(),
              op.i32(1),
              op.i32Add,
              op.i32Store(),
            ],
            [op.get(0), op.brIf(0)],
          ),
          op.get(0),
        ],
      },
      /** Reads upwards, in a function that keeps its count in the global. */
      caught: {
        params: ["i32"],
        body: [
          op.tryCatchAll(
            op.loop(op.get(0), op.i32(1), op.i32Add, [0x22, 0], op.i32Load(), op.drop, op.get(0), op.brIf(0)),
          ),
        ],
      },
    },
  });

  it("costs what was run, whichever round is the last", () => {
    for (const slice of [1n, 1_000n]) {
      for (let rounds = 1; rounds <= 13; rounds++) {
        const guest = meteredGuest(rewritten(counting), {}, { slice });

        expect(guest.call("run", rounds * 4)).toEqual({ returned: 0 });
        expect(guest.fuelUsed()).toBe(BigInt(rounds) * 13n + 1n);
        expect(memoryOf(guest.exports).subarray(0, (rounds + 1) * 4)).toEqual(
          Buffer.from(new Uint32Array([...new Array<number>(rounds).fill(1), 0]).buffer),
        );
      }
    }
  });

  it("ends at the same place for any slice, by its budget or by a trap", () => {
    for (const [name, argument, ended] of [
      ["run", 40_000, { ended: "out-of-fuel" }],
      ["run", -2, { trapped: "memory access out of bounds" }],
      ["caught", 65_529, { trapped: "memory access out of bounds" }],
    ] as const) {
      const ends = [1n, 13n, 999n, 1n << 40n].map((slice) => {
        const guest = meteredGuest(rewritten(counting), {}, { slice, budget: 50_000n });
        const outcome = guest.call(name, argument);
        return { outcome, fuel: guest.fuelUsed(), memory: memoryOf(guest.exports).toString("base64") };
      });

      expect(ends[0]?.outcome).toEqual(ended);
      for (const end of ends) expect(end).toEqual(ends[0]);
    }
  });
});

describe("a budget", () => {
  const endless = buildModule({
    functions: {
      run: {
        locals: ["i32"],
        body: [op.loop(op.i32(0), op.i32(0), op.i32Load(), op.i32(1), op.i32Add, op.i32Store(), op.br(0))],
      },
    },
  });

  it("ends an endless loop at the same place for any slice", () => {
    const ends = [1n, 3n, 1_000n, 99_999n, 1n << 40n].map((slice) => {
      const guest = meteredGuest(rewritten(endless), {}, { slice, budget: 100_000n });
      const outcome = guest.call("run");
      const count = guest.exports["memory"];
      return {
        outcome,
        fuel: guest.fuelUsed(),
        bytes: new Uint8Array(Reflect.get(Object(count), "buffer")).slice(0, 8),
      };
    });

    expect(ends[0]?.outcome).toEqual({ ended: "out-of-fuel" });
    for (const end of ends) expect(end).toEqual(ends[0]);
  });

  it("ends endless recursion, and endless tail calls", () => {
    const recursive = buildModule({
      functions: { run: { body: [op.call("run")] }, tail: { body: [0x12, { callee: "tail" }] } },
    });
    const guest = () => meteredGuest(rewritten(recursive), {}, { budget: 10_000n });

    expect(guest().call("run")).toEqual({ ended: "out-of-fuel" });
    expect(guest().call("tail")).toEqual({ ended: "out-of-fuel" });
  });

  it("ends functions that call each other, by name or through a table", () => {
    const circle = buildModule({
      tables: [{ minimum: 1 }],
      functions: {
        ping: { params: ["i32"], body: [op.get(0), op.call("pong")] },
        pong: { params: ["i32"], body: [op.get(0), op.call("ping")] },
        through: { body: [op.i32(0), [0x11, 1, 0]] },
      },
      rawSections: { 9: [1, 0, 0x41, 0, 0x0b, 1, 2] },
    });

    for (const name of ["ping", "through"]) {
      const guest = meteredGuest(rewritten(circle), {}, { budget: 10_000n });
      expect(guest.call(name, 0)).toEqual({ ended: "out-of-fuel" });
    }
  });

  it("ends calls that fan out, in no circle and no loop, soon after it is used up", () => {
    const levels = 40;
    const tree = buildModule({
      functions: Object.fromEntries(
        Array.from({ length: levels }, (_, level) => {
          const next = op.call(`level${level + 1}`);
          return [`level${level}`, { body: level + 1 < levels ? [next, next] : [op.i32(1), op.drop] }];
        }),
      ),
    });
    const guest = meteredGuest(rewritten(tree), {}, { budget: 100_000n });

    expect(guest.call("level0")).toEqual({ ended: "out-of-fuel" });
    expect(guest.fuelUsed()).toBeLessThan(100_000n + 3_000n);
  });

  it("cannot be evaded by a catch_all around the end", () => {
    const stubborn = buildModule({
      functions: { run: { locals: ["i32"], body: [op.loop(op.tryCatchAll(op.loop(op.br(0))), op.br(0))] } },
    });

    expect(meteredGuest(rewritten(stubborn), {}, { budget: 1_000n }).call("run")).toEqual({
      ended: "out-of-fuel",
    });
  });

  it("is not spent on credit: a callee that throws is paid for by the one that catches", () => {
    const spender = buildModule({
      tags: [[]],
      functions: {
        spend: { locals: ["i32"], body: [repeat(1_000), op.throw(0)], export: false },
        run: { locals: ["i32"], body: [repeat(50, op.tryCatchAll(op.call("spend")))] },
      },
    });
    const guest = meteredGuest(rewritten(spender));

    expect(guest.call("run")).toEqual({ returned: undefined });
    expect(guest.fuelUsed()).toBeGreaterThan(50n * 5_000n);
  });
});
