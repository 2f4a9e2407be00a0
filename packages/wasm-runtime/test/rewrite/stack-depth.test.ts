import { describe, expect, it } from "vitest";
import { DEFAULT_MAX_STACK_BYTES } from "../../src/rewrite/rewrite.ts";
import { hoard, LARGEST_TAG } from "../support/exception-hoards.ts";
import { globalOf, meteredGuest, plainGuest, rewritten } from "../support/rewritten.ts";
import { type Body, buildModule, type FunctionSpec, op, type ValType } from "../support/wasm-builder.ts";

const STACK = { maxStackBytes: 64 * 1024 };

/** `run(n)` calls itself until `n` is 0, and returns how deep it went; global 0 counts the calls. */
function recursion(locals: readonly ValType[] = [], extra: Body = []): Uint8Array {
  return buildModule({
    globals: [{ type: "i32", value: 0 }],
    exports: [{ name: "calls", kind: 3, index: 0 }],
    functions: {
      run: {
        params: ["i32"],
        results: ["i32"],
        locals,
        body: [
          [op.globalGet(0), op.i32(1), op.i32Add, op.globalSet(0)],
          extra,
          [op.get(0), op.i32Eqz, [0x04, 0x7f], op.i32(0), 0x05],
          [op.get(0), op.i32(1), op.i32Sub, op.call("run"), op.i32(1), op.i32Add, 0x0b],
        ],
      },
    },
  });
}

function callsUntilExhausted(bytes: Uint8Array, options = STACK): number {
  const guest = meteredGuest(rewritten(bytes, options));
  expect(guest.call("run", 1_000_000)).toEqual({ ended: "stack-exhausted" });
  return Number(globalOf(guest.exports, "calls").value);
}

/** Throws from as many calls down as it is told. */
const DIVE: FunctionSpec = {
  params: ["i32"],
  body: [
    [op.get(0), op.i32Eqz, [0x04, 0x40], op.throw(0), 0x0b],
    [op.get(0), op.i32(1), op.i32Sub, op.call("dive")],
  ],
  export: false,
};

describe("the depth of calls", () => {
  it("is limited, and each call in its turn has all of it again", () => {
    const guest = meteredGuest(rewritten(recursion(), STACK));

    expect(guest.call("run", 100)).toEqual({ returned: 100 });
    expect(guest.call("run", 1_000_000)).toEqual({ ended: "stack-exhausted" });
    expect(guest.call("run", 100)).toEqual({ returned: 100 });
  });

  it("is weighed by locals and operands", () => {
    const small = callsUntilExhausted(recursion());
    const large = callsUntilExhausted(recursion(new Array<ValType>(100).fill("i64")));
    const vectors = callsUntilExhausted(recursion(new Array<ValType>(100).fill("v128")));
    const operands = callsUntilExhausted(
      recursion([], [new Array<Body>(100).fill(op.i32(1)), new Array<number>(100).fill(0x1a)]),
    );

    expect(small).toBe(Math.floor((64 * 1024) / (64 + 8 + 8 * 2)) + 0);
    expect(large).toBeLessThan(small / 8);
    expect(operands).toBeLessThan(small / 8);
    expect(vectors).toBeLessThan(large * 0.6);
  });

  it("does not count what is at the end of the stack, and counts what calls in a circle", () => {
    const nested = buildModule({
      globals: [{ type: "i32", value: 0 }],
      exports: [{ name: "calls", kind: 3, index: 0 }],
      functions: {
        end: { params: ["i32"], results: ["i32"], body: [op.get(0)], export: false },
        helper: { params: ["i32"], results: ["i32"], body: [op.get(0), op.call("end")], export: false },
        run: {
          params: ["i32"],
          results: ["i32"],
          body: [
            [op.globalGet(0), op.i32(1), op.i32Add, op.globalSet(0)],
            [op.get(0), op.call("helper"), op.call("between")],
          ],
        },
        between: { params: ["i32"], results: ["i32"], body: [op.get(0), op.call("run")], export: false },
      },
    });

    // Each round takes the frames of `run`, of two operands at most, and of `between`, of one.
    expect(callsUntilExhausted(nested)).toBe(Math.ceil((64 * 1024 - 87) / (64 + 8 + 8 * 2 + 64 + 8 + 8)));
  });

  it("counts calls through a table", () => {
    const circle = buildModule({
      tables: [{ minimum: 1 }],
      functions: { run: { body: [op.i32(0), [0x11, 0, 0]] } },
      rawSections: { 9: [1, 0, 0x41, 0, 0x0b, 1, 0] },
    });

    expect(plainGuest(circle).call("run")).toEqual({ trapped: "the engine's stack overflowed" });
    expect(meteredGuest(rewritten(circle)).call("run")).toEqual({ ended: "stack-exhausted" });
  });

  it("is the same with a tail call in place of each call, which takes nothing", () => {
    const tail = buildModule({
      functions: {
        run: {
          params: ["i32"],
          results: ["i32"],
          body: [
            [op.get(0), op.i32Eqz, [0x04, 0x40], op.i32(7), op.return, 0x0b],
            [op.get(0), op.i32(1), op.i32Sub, [0x12, { callee: "run" }]],
          ],
        },
        /** A call, then a tail call: the frame is given back whatever was called before. */
        mixed: {
          params: ["i32"],
          results: ["i32"],
          body: [
            [op.get(0), op.i32Eqz, [0x04, 0x40], op.i32(7), op.return, 0x0b],
            [op.i32(100), op.call("run"), op.drop],
            [op.get(0), op.i32(1), op.i32Sub, [0x12, { callee: "mixed" }]],
          ],
        },
      },
    });
    const guest = meteredGuest(rewritten(tail, STACK));

    expect(guest.call("run", 100_000)).toEqual({ returned: 7 });
    expect(guest.call("mixed", 10_000)).toEqual({ returned: 7 });
  });

  it("is given back by an exception", () => {
    const bytes = buildModule({
      tags: [[]],
      functions: {
        dive: DIVE,
        run: {
          params: ["i32"],
          results: ["i32"],
          body: [
            op.loop(op.tryCatchAll(op.i32(300), op.call("dive")), [
              op.get(0),
              op.i32(1),
              op.i32Sub,
              [0x22, 0],
              op.brIf(0),
            ]),
            op.i32(5),
          ],
        },
      },
    });

    expect(meteredGuest(rewritten(bytes, STACK)).call("run", 1_000)).toEqual({ returned: 5 });
  });

  it("is right in a handler: after each catch there is as much of it as before, and no more", () => {
    /** Catches what is thrown `n` calls down, and goes on with the exception on the stack. */
    const catching = (...then: Body): Body => [
      [0x02, 0x69],
      [0x1f, 0x40, 1, 3, 0],
      [op.get(0), op.call("dive"), 0x0b, op.unreachable, 0x0b],
      then,
    ];
    const module = (times: number) =>
      buildModule({
        tags: [[]],
        functions: {
          dive: DIVE,
          rethrow: { params: ["i32"], body: catching([0x0a]), export: false },
          run: {
            params: ["i32"],
            body: new Array<Body>(times).fill([
              catching(op.drop),
              op.tryCatchAll(op.get(0), op.call("rethrow")),
            ]),
          },
        },
      });
    const fits = (times: number, depth: number) =>
      "returned" in meteredGuest(rewritten(module(times), STACK)).call("run", depth);
    const deepest = (times: number) => {
      let depth = 0;
      while (fits(times, depth + 1)) depth += 1;
      return depth;
    };

    expect(deepest(1)).toBeGreaterThan(500);
    expect(deepest(20)).toBe(deepest(1));
  });

  it("is weighed by the exceptions that locals and operands can hold, at the size of the largest", () => {
    const bytesPerCall = (kept: number, tag: readonly ValType[]) => {
      const fits = (depth: number) =>
        "returned" in
        meteredGuest(rewritten(hoard("operands", kept, tag)), { host: { bottom() {} } }).call("run", depth);
      let depth = 0;
      for (let step = 2 ** 14; step >= 1; step /= 2) if (fits(depth + step)) depth += step;
      return DEFAULT_MAX_STACK_BYTES / (depth + 1);
    };
    const weight = (tag: readonly ValType[]) => (bytesPerCall(40, tag) - bytesPerCall(20, tag)) / 20;

    // A number takes two slots of 8 bytes of the engine's heap, a vector eight; an operand itself takes 8 bytes or 16.
    expect(weight(["i32"])).toBeCloseTo(8 + 64 + 16, -1);
    expect(weight(LARGEST_TAG)).toBeGreaterThan(0.8 * (16 + 64 + 16 * 64));
  });

  it("cannot be had back by catching its end", () => {
    const bytes = buildModule({
      functions: { run: { body: [op.tryCatchAll(op.call("run")), op.tryCatchAll(op.call("run"))] } },
    });

    expect(meteredGuest(rewritten(bytes, STACK)).call("run")).toEqual({ ended: "stack-exhausted" });
  });

  it("is told from a trap of the guest's own", () => {
    const bytes = buildModule({ functions: { run: { body: [op.unreachable] } } });

    expect(meteredGuest(rewritten(bytes, STACK)).call("run")).toEqual({ trapped: "unreachable" });
  });
});

describe("the default limit", () => {
  it.each<{ name: string; bytes: Uint8Array }>([
    { name: "a small function", bytes: recursion() },
    { name: "many locals", bytes: recursion(new Array<ValType>(1_000).fill("i64")) },
    { name: "many vectors", bytes: recursion(new Array<ValType>(1_000).fill("v128")) },
    {
      name: "many operands",
      bytes: recursion([], [new Array<Body>(2_000).fill(op.get(0)), new Array<number>(2_000).fill(0x1a)]),
    },
    {
      name: "operands that live across the call",
      bytes: buildModule({
        globals: [{ type: "i32", value: 0 }],
        functions: {
          run: {
            params: ["i32"],
            body: [
              new Array<Body>(500).fill(op.globalGet(0)),
              op.get(0),
              op.call("run"),
              new Array<number>(500).fill(0x1a),
            ],
          },
        },
      }),
    },
  ])("is met before the engine's own: $name", ({ bytes }) => {
    // The positive control: the module as it is does overflow the engine's stack.
    expect(plainGuest(bytes).call("run", 1_000_000)).toEqual({ trapped: "the engine's stack overflowed" });
    expect(meteredGuest(rewritten(bytes)).call("run", 1_000_000)).toEqual({ ended: "stack-exhausted" });
  });
});
