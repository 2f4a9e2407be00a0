import {
  type Body,
  buildModule,
  type FunctionSpec,
  type ModuleSpec,
  op,
  type ValType,
} from "./wasm-builder.ts";

/**
 * Guests that keep as many exceptions alive as they can: `run(depth)` keeps `kept` of them in each of its calls, in a place
 * of its own, calls itself `depth` times, and then the host's `bottom`.
 */

/** What the largest exception that is allowed carries. */
export const LARGEST_TAG: readonly ValType[] = many(16, () => "v128");

export function many<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

const VALUES: Partial<Record<ValType, Body>> = {
  i32: op.i32(1),
  v128: [0xfd, 12, many(16, () => 7)],
};

const EXNREF = 0x69;
/** Throws, catches, and leaves the exception on the stack. */
const FRESH: Body = [
  [0x02, EXNREF],
  [0x1f, 0x40, 1, 3, 0],
  [op.call("throws"), 0x0b, op.unreachable, 0x0b],
];
const DEEPER: Body = [
  [op.get(0), op.i32Eqz, [0x04, 0x40], op.call("bottom"), 0x05],
  [op.get(0), op.i32(1), op.i32Sub, op.call("run"), 0x0b],
];
const USED: Body = [0xd1, op.drop];

type Functions = Readonly<Record<string, FunctionSpec>>;

/** Where the exceptions are kept. */
const PLACES: Readonly<Record<string, (kept: number) => Functions>> = {
  locals: (kept) => ({
    run: {
      params: ["i32"],
      locals: many(kept, () => "exnref"),
      body: [
        many(kept, (index) => [FRESH, op.set(1 + index)]),
        DEEPER,
        many(kept, (index) => [op.get(1 + index), USED]),
      ],
    },
  }),
  operands: (kept) => ({
    run: { params: ["i32"], body: [many(kept, () => FRESH), DEEPER, many(kept, () => USED)] },
  }),
  // The count of its types takes two bytes where one would do.
  "results of select": (kept) => ({
    run: {
      params: ["i32"],
      body: [
        many(kept, () => [FRESH, [0xd0, EXNREF], op.i32(1), [0x1c, 0x81, 0x00, EXNREF]]),
        DEEPER,
        many(kept, () => USED),
      ],
    },
  }),
  "results of a call": (kept) => ({
    make: { results: many(kept, () => "exnref"), body: many(kept, () => FRESH), export: false },
    run: { params: ["i32"], body: [op.call("make"), DEEPER, many(kept, () => USED)] },
  }),
  parameters: (kept) => ({
    run: { params: ["i32"], body: [op.get(0), many(kept, () => FRESH), op.call("inner")] },
    inner: {
      params: ["i32", ...many(kept, () => "exnref" as const)],
      body: [DEEPER, many(kept, (index) => [op.get(1 + index), USED])],
      export: false,
    },
  }),
  "parameters of a loop": (kept) => ({
    // Only there so that its type, the second of the module, can be the loop's.
    typed: {
      params: many(kept, () => "exnref"),
      results: many(kept, () => "exnref"),
      body: many(kept, op.get),
    },
    run: {
      params: ["i32"],
      body: [many(kept, () => FRESH), [0x03, 1], DEEPER, 0x0b, many(kept, () => USED)],
    },
  }),
};

export const HOARD_PLACES: readonly string[] = Object.keys(PLACES);

export function hoard(place: string, kept: number, tag: readonly ValType[] = LARGEST_TAG): Uint8Array {
  return buildModule(hoarding(place, kept, tag));
}

/** What of a module makes it a hoard. */
export function hoarding(place: string, kept: number, tag: readonly ValType[] = LARGEST_TAG) {
  return {
    imports: [{ module: "host", name: "bottom" }],
    tags: [tag],
    functions: { ...PLACES[place]?.(kept), throws: throwing(tag) },
  } satisfies ModuleSpec;
}

function throwing(tag: readonly ValType[]): FunctionSpec {
  return { body: [tag.map((type) => VALUES[type] ?? []), op.throw(0)], export: false };
}

/** `run(n)` makes a list of `n` exceptions, each of which carries the one before, and then calls the host's `bottom`. */
export function exceptionChain(): Uint8Array {
  return buildModule({
    imports: [{ module: "host", name: "bottom" }],
    tags: [["exnref"]],
    functions: {
      throws: { params: ["exnref"], body: [op.get(0), op.throw(0)], export: false },
      run: {
        params: ["i32"],
        locals: ["exnref"],
        body: [
          op.loop(
            [0x02, EXNREF],
            [0x1f, 0x40, 1, 3, 0],
            [op.get(1), op.call("throws"), 0x0b, op.unreachable, 0x0b],
            op.set(1),
            [op.get(0), op.i32(1), op.i32Sub, [0x22, 0], op.brIf(0)],
          ),
          op.call("bottom"),
          [op.get(1), USED],
        ],
      },
    },
  });
}

/** Throws and catches for ever, and calls the host's `bottom` between; keeps the last exception only. */
export function endlessThrows(): Uint8Array {
  return buildModule({
    imports: [{ module: "host", name: "bottom" }],
    tags: [LARGEST_TAG],
    functions: {
      throws: throwing(LARGEST_TAG),
      run: {
        locals: ["i32", "exnref"],
        body: [
          op.loop(
            op.i32(10_000),
            op.set(0),
            op.loop(FRESH, op.set(1), op.get(0), op.i32(1), op.i32Sub, [0x22, 0], op.brIf(0)),
            op.call("bottom"),
            op.br(0),
          ),
        ],
      },
    },
  });
}
