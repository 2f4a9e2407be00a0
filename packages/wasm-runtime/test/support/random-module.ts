import { IMMEDIATE, type Instruction } from "../../src/rewrite/instructions/instruction.ts";
import { INSTRUCTIONS } from "../../src/rewrite/instructions/table.ts";
import type { ValType } from "./wasm-builder.ts";
import { text, uleb, VALUE_CODES } from "./wasm-builder.ts";

/**
 * Makes valid modules at random: every instruction that we run, every kind of block, branch, call and exception, dead code,
 * traps. Each ends soon: at every loop head and every function's entry it counts down a global, and traps at 0.
 */

/** A source of numbers that repeats itself for the same seed (mulberry32). */
export interface Random {
  /** From 0 to `limit - 1`. */
  below(limit: number): number;
  pick<T>(items: readonly T[]): T;
  chance(probability: number): boolean;
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  return {
    below: (limit) => Math.floor(next() * limit),
    pick(items) {
      const item = items[Math.floor(next() * items.length)];
      if (item === undefined) throw new Error("nothing to pick from");
      return item;
    },
    chance: (probability) => next() < probability,
  };
}

const NUMBERS: readonly ValType[] = ["i32", "i64", "f32", "f64"];
const LOCALS: readonly ValType[] = [...NUMBERS, "v128", "funcref", "externref", "exnref"];
const GLOBALS: readonly ValType[] = ["i32", "i64", "f32", "f64", "v128", "funcref", "externref"];
const NULLS: Partial<Record<ValType, number[]>> = {
  funcref: [0xd0, 0x70],
  externref: [0xd0, 0x6f],
  exnref: [0xd0, 0x69],
};

/** The global that counts down. */
const STEPS = GLOBALS.length;
const TAGS: readonly (readonly ValType[])[] = [[], ["i32"], ["i64", "f64"]];
const FUNCREF_TABLE = 0;
const EXTERNREF_TABLE = 1;
const HOST_FUNCTIONS = 2;

interface Signature {
  readonly params: readonly ValType[];
  readonly results: readonly ValType[];
}

export interface RandomModule {
  readonly bytes: Uint8Array;
  /** The exported functions that JavaScript can call. */
  readonly functions: readonly { readonly name: string; readonly params: readonly ValType[] }[];
}

/** Imports: `host.number (i32) -> i32`, `host.throws ()`; exports `memory`, `steps` and `g0`… for all but vectors. */
export function randomModule(random: Random): RandomModule {
  const types: Signature[] = [];
  const typeIndex = ({ params, results }: Signature): number => {
    const found = types.findIndex(
      (type) => type.params.join() === params.join() && type.results.join() === results.join(),
    );
    return found >= 0 ? found : types.push({ params, results }) - 1;
  };
  const some = (from: readonly ValType[], most: number) =>
    Array.from({ length: random.below(most + 1) }, () => random.pick(from));

  const functions: Signature[] = [
    { params: ["i32"], results: ["i32"] },
    { params: [], results: [] },
    ...Array.from({ length: 2 + random.below(5) }, () => ({
      params: some(LOCALS, 3),
      results: some(random.chance(0.8) ? NUMBERS : LOCALS, 2),
    })),
  ];
  for (const each of functions) typeIndex(each);
  const blockTypes: Signature[] = Array.from({ length: 4 }, () => ({
    params: some(NUMBERS, 2),
    results: some(LOCALS, 2),
  }));
  for (const each of blockTypes) typeIndex(each);
  for (const params of TAGS) typeIndex({ params, results: [] });

  const world: World = { random, functions, blockTypes, typeIndex };
  const bodies = functions.slice(HOST_FUNCTIONS).map((signature) => randomBody(world, signature));

  const list = (items: readonly (readonly number[])[]) => [...uleb(items.length), ...items.flat()];
  const section = (id: number, content: readonly number[]) => [id, ...uleb(content.length), ...content];
  const exported: { name: string; params: readonly ValType[] }[] = [];
  const exports: number[][] = [
    [...text("memory"), 2, 0],
    [...text("steps"), 3, STEPS],
    [...text("table"), 1, FUNCREF_TABLE],
  ];
  for (const [index, type] of GLOBALS.entries()) {
    if (type !== "v128") exports.push([...text(`g${index}`), 3, index]);
  }
  for (const [index, { params, results }] of functions.entries()) {
    if (index < HOST_FUNCTIONS) continue;
    const name = `f${index}`;
    exports.push([...text(name), 0, ...uleb(index)]);
    const plain = (type: ValType) => type !== "v128" && type !== "exnref";
    if ([...params, ...results].every(plain)) exported.push({ name, params });
  }
  const start = functions.findIndex(
    ({ params, results }, index) => index >= HOST_FUNCTIONS && params.length + results.length === 0,
  );
  const defined = functions.length - HOST_FUNCTIONS;
  const anyFunction = () => uleb(random.below(functions.length));
  const bytes = Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(
      1,
      list(
        types.map(({ params, results }) => [
          0x60,
          ...list(params.map((type) => [VALUE_CODES[type]])),
          ...list(results.map((type) => [VALUE_CODES[type]])),
        ]),
      ),
    ),
    ...section(
      2,
      list([
        [...text("host"), ...text("number"), 0, 0],
        [...text("host"), ...text("throws"), 0, 1],
      ]),
    ),
    ...section(3, list(functions.slice(HOST_FUNCTIONS).map((each) => uleb(typeIndex(each))))),
    ...section(
      4,
      list([
        [0x70, 1, 10, 20],
        [0x6f, 1, 4, 8],
      ]),
    ),
    ...section(5, list([[1, 1, 3]])),
    ...section(13, list(TAGS.map((params) => [0, ...uleb(typeIndex({ params, results: [] }))]))),
    ...section(
      6,
      list([
        ...GLOBALS.map((type) => [
          VALUE_CODES[type],
          1,
          ...(type === "funcref" && random.chance(0.5) ? [0xd2, ...anyFunction()] : constant(random, type)),
          0x0b,
        ]),
        [0x7f, 1, 0x41, 0, 0x0b],
      ]),
    ),
    ...section(7, list(exports)),
    ...(start >= 0 && random.chance(0.5) ? section(8, uleb(start)) : []),
    ...section(
      9,
      list([
        [0, 0x41, 0, 0x0b, ...list(Array.from({ length: 8 }, anyFunction))],
        [1, 0, ...list(functions.map((_, index) => uleb(index)))],
        [
          5,
          0x70,
          ...list([
            [0xd0, 0x70, 0x0b],
            [0xd2, ...anyFunction(), 0x0b],
          ]),
        ],
      ]),
    ),
    ...section(12, [2]),
    ...section(10, list(bodies)),
    ...section(
      11,
      list([
        [0, 0x41, 8, 0x0b, ...list(Array.from({ length: 40 }, () => [random.below(256)]))],
        [1, ...list(Array.from({ length: 30 }, () => [random.below(256)]))],
      ]),
    ),
    ...section(0, [...text("name"), 1, ...nameMap(defined)]),
  ]);
  return { bytes, functions: exported };
}

function nameMap(defined: number): number[] {
  const entries = Array.from({ length: defined }, (_, index) => [
    ...uleb(index + HOST_FUNCTIONS),
    ...text(`guest-${index + HOST_FUNCTIONS}`),
  ]);
  const content = [...uleb(entries.length), ...entries.flat()];
  return [...uleb(content.length), ...content];
}

interface World {
  readonly random: Random;
  readonly functions: readonly Signature[];
  readonly blockTypes: readonly Signature[];
  readonly typeIndex: (signature: Signature) => number;
}

function constant(random: Random, type: ValType): number[] {
  const bytes = (count: number) => Array.from({ length: count }, () => random.below(256));
  const float = (count: number): number[] => {
    const interesting = count === 4 ? Float32Array : Float64Array;
    const value = random.pick([0, -0, 1, -1.5, 3e9, -1e30, Number.POSITIVE_INFINITY, Number.NaN, 0.1]);
    return random.chance(0.7) ? [...new Uint8Array(interesting.of(value).buffer)] : bytes(count);
  };
  switch (type) {
    case "i32":
      return [
        0x41,
        ...random.pick([[0], [1], [0x7f], [8], [0xff, 0xff, 0x03], [0x80, 0x80, 0x80, 0x80, 0x78]]),
      ];
    case "i64":
      return [
        0x42,
        ...random.pick([
          [0],
          [2],
          [0x7f],
          [0xe4, 0x00],
          [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f],
        ]),
      ];
    case "f32":
      return [0x43, ...float(4)];
    case "f64":
      return [0x44, ...float(8)];
    case "v128":
      return [0xfd, 12, ...(random.chance(0.5) ? bytes(16) : [...float(8), ...float(8)])];
    default:
      return NULLS[type] ?? [];
  }
}

/** By the one type they leave; and those that leave nothing. Those with operands of any type are written by hand below. */
const PLAIN = INSTRUCTIONS.filter(
  ({ stack, immediate }) =>
    stack !== null && ![...stack.pops, ...stack.pushes].includes("any") && immediate !== IMMEDIATE.function,
);
const GIVING = (type: ValType) => PLAIN.filter(({ stack }) => stack?.pushes[0] === type);
const PLAIN_BY_RESULT = new Map(LOCALS.map((type) => [type, GIVING(type)]));
const PLAIN_STATEMENTS = PLAIN.filter(({ stack }) => stack?.pushes.length === 0);

const LANES: readonly (readonly [RegExp, number])[] = [
  [/8x16|load8_|store8_/, 16],
  [/16x8|load16_|store16_/, 8],
  [/32x4|load32_|store32_/, 4],
  [/64x2|load64_|store64_/, 2],
];

function randomBody(world: World, signature: Signature): number[] {
  const { random, functions, blockTypes, typeIndex } = world;
  const locals = [...signature.params, ...LOCALS, ...LOCALS];
  /** What a branch to each open label takes, innermost last. */
  const labels: (readonly ValType[])[] = [signature.results];
  let size = 0;

  const blockType = (each: Signature): number[] => {
    const [only] = each.results;
    if (each.params.length === 0 && each.results.length === 0) return [0x40];
    if (each.params.length === 0 && each.results.length === 1 && only !== undefined)
      return [VALUE_CODES[only]];
    const index = typeIndex(each);
    return index < 0x40 ? [index] : [(index & 0x7f) | 0x80, index >> 7];
  };
  const localOf = (type: ValType) =>
    uleb(random.pick([...locals.keys()].filter((index) => locals[index] === type)));
  const countDown = [0x23, STEPS, 0x45, 0x04, 0x40, 0x00, 0x0b, 0x23, STEPS, 0x41, 1, 0x6b, 0x24, STEPS];
  const address = (depth: number) =>
    random.chance(0.9) ? [0x41, ...uleb(random.below(60))] : expression("i32", depth - 1);
  const values = (types: readonly ValType[], depth: number): number[] =>
    types.flatMap((type) => expression(type, depth - 1));
  const setAll = (types: readonly ValType[]) =>
    [...types].reverse().flatMap((type) => (random.chance(0.8) ? [0x21, ...localOf(type)] : [0x1a]));

  function plain({ name, opcode, immediate, stack }: Instruction, depth: number): number[] {
    const takesAddress =
      immediate === IMMEDIATE.memoryAccess ||
      immediate === IMMEDIATE.memoryAccessAndLane ||
      /^(memory|table)\.(init|copy|fill|grow)$/.test(name);
    const operands = (stack?.pops ?? []).flatMap((type) => {
      if (type === "any") throw new Error(name);
      return takesAddress && type === "i32" ? address(depth) : expression(type, depth - 1);
    });
    return [...operands, ...code(opcode), ...immediates(name, immediate)];
  }

  function immediates(name: string, immediate: Instruction["immediate"]): number[] {
    const lane = () => [random.below(LANES.find(([pattern]) => pattern.test(name))?.[1] ?? 1)];
    const access = () => [0, ...uleb(random.chance(0.95) ? random.below(64) : random.below(200_000))];
    switch (immediate) {
      case IMMEDIATE.i32:
        return constant(random, "i32").slice(1);
      case IMMEDIATE.i64:
        return constant(random, "i64").slice(1);
      case IMMEDIATE.f32:
        return constant(random, "f32").slice(1);
      case IMMEDIATE.f64:
        return constant(random, "f64").slice(1);
      case IMMEDIATE.bytes16:
        return name === "i8x16.shuffle"
          ? Array.from({ length: 16 }, () => random.below(32))
          : constant(random, "v128").slice(2);
      case IMMEDIATE.memoryAccess:
        return access();
      case IMMEDIATE.memoryAccessAndLane:
        return [...access(), ...lane()];
      case IMMEDIATE.lane:
        return lane();
      case IMMEDIATE.table:
        return [random.below(2)];
      case IMMEDIATE.tables:
        return random.chance(0.5) ? [0, 0] : [1, 1];
      case IMMEDIATE.memory:
        return [0];
      case IMMEDIATE.memories:
        return [0, 0];
      case IMMEDIATE.element:
        return [random.below(3)];
      case IMMEDIATE.elementAndTable:
        return [1 + random.below(2), FUNCREF_TABLE];
      case IMMEDIATE.data:
        return [random.below(2)];
      case IMMEDIATE.dataAndMemory:
        return [random.below(2), 0];
      default:
        return [];
    }
  }

  /** Code that leaves one value of `type`. */
  function expression(type: ValType, depth: number): number[] {
    size += 1;
    if (depth <= 0 || size > 300) {
      return random.chance(0.5) ? [0x20, ...localOf(type)] : constant(random, type);
    }
    const global = GLOBALS.indexOf(type);
    switch (random.below(12)) {
      case 0:
        return [0x20, ...localOf(type)];
      case 1:
        return global < 0 ? constant(random, type) : [0x23, global];
      case 2:
        return [...expression(type, depth - 1), 0x22, ...localOf(type)];
      case 3: {
        const select = NUMBERS.includes(type) || type === "v128" ? [0x1b] : [0x1c, 1, VALUE_CODES[type]];
        return [...values([type, type, "i32"], depth), ...select];
      }
      case 4:
        return block({ params: [], results: [type] }, depth);
      case 5: {
        const label =
          labels.length - 1 - labels.findLastIndex((each) => each.length === 1 && each[0] === type);
        if (label >= labels.length) return constant(random, type);
        return [...values([type, "i32"], depth), 0x0d, label];
      }
      case 6: {
        const candidates = [...functions.keys()].filter((index) => functions[index]?.results.join() === type);
        return candidates.length === 0 ? constant(random, type) : call(random.pick(candidates), depth);
      }
      case 7:
        if (type === "i32") return anyToNumber(depth);
        if (type === "funcref") return [0xd2, ...uleb(random.below(functions.length))];
        if (type === "externref") return [0x41, random.below(5), 0x25, EXTERNREF_TABLE];
        break;
    }
    const candidates = PLAIN_BY_RESULT.get(type) ?? [];
    return candidates.length === 0 ? constant(random, type) : plain(random.pick(candidates), depth);
  }

  function anyToNumber(depth: number): number[] {
    const type = random.pick<ValType>(["funcref", "externref"]);
    const table = type === "funcref" ? FUNCREF_TABLE : EXTERNREF_TABLE;
    if (random.chance(0.5)) return [...expression(type, depth - 1), 0xd1];
    return [...expression(type, depth - 1), 0x41, random.below(3), 0xfc, 15, table];
  }

  function call(index: number, depth: number): number[] {
    const target = functions[index] ?? { params: [], results: [] };
    const operands = values(target.params, depth);
    if (random.chance(0.7)) return [...operands, 0x10, ...uleb(index)];
    return [...operands, 0x41, random.below(9), 0x11, ...uleb(typeIndex(target)), FUNCREF_TABLE];
  }

  function anyCall(depth: number): number[] {
    const index = random.below(functions.length);
    return [...call(index, depth), ...setAll(functions[index]?.results ?? [])];
  }

  /** A block of any kind, with its parameters before it; leaves its results. */
  function block(type: Signature, depth: number): number[] {
    const inside = (label: readonly ValType[]): number[] => {
      labels.push(label);
      const body = [...setAll(type.params), ...statements(depth - 1), ...values(type.results, depth)];
      labels.pop();
      return body;
    };
    const operands = values(type.params, depth);
    switch (random.below(4)) {
      case 0: {
        labels.push(type.params);
        // The countdown must not disturb the parameters, which are on the stack.
        const body = [
          ...setAll(type.params),
          ...countDown,
          ...statements(depth - 1),
          ...values(type.results, depth),
        ];
        labels.pop();
        return [...operands, 0x03, ...blockType(type), ...body, 0x0b];
      }
      case 1:
        return [
          ...operands,
          ...expression("i32", depth - 1),
          0x04,
          ...blockType(type),
          ...inside(type.results),
          0x05,
          ...inside(type.results),
          0x0b,
        ];
      case 2:
        return [...operands, 0x1f, ...blockType(type), ...catches(), ...inside(type.results), 0x0b];
      default:
        return [...operands, 0x02, ...blockType(type), ...inside(type.results), 0x0b];
    }
  }

  /** Catches of a `try_table` that lead to such open labels as take what they give. */
  function catches(): number[] {
    const found: number[][] = [];
    const target = (types: readonly ValType[]) => {
      const fitting = [...labels.keys()].filter((index) => labels[index]?.join() === types.join());
      return fitting.length === 0 ? null : labels.length - 1 - random.pick(fitting);
    };
    for (const [tag, params] of TAGS.entries()) {
      const plainTarget = target(params);
      if (plainTarget !== null && random.chance(0.5)) found.push([0, tag, plainTarget]);
      const refTarget = target([...params, "exnref"]);
      if (refTarget !== null && random.chance(0.5)) found.push([1, tag, refTarget]);
    }
    const all = target([]);
    if (all !== null && random.chance(0.5)) found.push([2, all]);
    const allRef = target(["exnref"]);
    if (allRef !== null && random.chance(0.7)) found.push([3, allRef]);
    return [...uleb(found.length), ...found.flat()];
  }

  function statements(depth: number): number[] {
    const count = depth <= 0 || size > 300 ? 0 : random.below(4);
    return Array.from({ length: count }, () => statement(depth)).flat();
  }

  function statement(depth: number): number[] {
    size += 1;
    const type = random.pick(LOCALS);
    const global = GLOBALS.indexOf(type);
    const label = random.below(labels.length);
    const labelTypes = labels[labels.length - 1 - label] ?? [];
    switch (random.below(20)) {
      case 0:
        return [...expression(type, depth - 1), 0x21, ...localOf(type)];
      case 1:
        return global < 0 ? [0x01] : [...expression(type, depth - 1), 0x24, global];
      case 2:
        return [...expression(type, depth - 1), 0x1a];
      case 3:
      case 4: {
        const chosen = random.pick(blockTypes);
        return [...block(chosen, depth), ...setAll(chosen.results)];
      }
      case 5:
        return block({ params: [], results: [] }, depth);
      case 6: {
        if (random.chance(0.5)) return [0x01];
        return [...values(labelTypes, depth), 0x0c, label, ...deadCode(depth)];
      }
      case 7: {
        const operands = [...values(labelTypes, depth), ...expression("i32", depth - 1)];
        return [...operands, 0x0d, label, ...setAll(labelTypes)];
      }
      case 8: {
        const same = [...labels.keys()]
          .filter((index) => labels[index]?.join() === labelTypes.join())
          .map((index) => labels.length - 1 - index);
        const arm = () => {
          const targets = Array.from({ length: random.below(4) }, () => random.pick(same) + 1);
          const operands = [...values(labelTypes, depth), ...expression("i32", depth - 1)];
          return [...operands, 0x0e, ...uleb(targets.length), ...targets, label + 1, ...deadCode(depth)];
        };
        return [...expression("i32", depth - 1), 0x04, 0x40, ...inArm(arm), 0x0b];
      }
      case 9: {
        const arm = () => [...values(signature.results, depth), 0x0f, ...deadCode(depth)];
        return [...expression("i32", depth - 1), 0x04, 0x40, ...inArm(arm), 0x0b];
      }
      case 10:
        return random.chance(0.1) ? [0x00, ...deadCode(depth)] : [0x01];
      case 11: {
        const tag = random.below(TAGS.length);
        const arm = () => [...values(TAGS[tag] ?? [], depth), 0x08, tag, ...deadCode(depth)];
        return [...expression("i32", depth - 1), 0x04, 0x40, ...inArm(arm), 0x0b];
      }
      case 12:
      case 16:
        return guarded(depth);
      case 13:
        return anyCall(depth);
      case 14: {
        const fitting = [...functions.keys()].filter(
          (index) => functions[index]?.results.join() === signature.results.join(),
        );
        const arm = () => {
          const index = random.pick(fitting);
          const target = functions[index] ?? { params: [], results: [] };
          const operands = values(target.params, depth);
          if (random.chance(0.6)) return [...operands, 0x12, ...uleb(index), ...deadCode(depth)];
          return [
            ...operands,
            0x41,
            random.below(9),
            0x13,
            ...uleb(typeIndex(target)),
            FUNCREF_TABLE,
            ...deadCode(depth),
          ];
        };
        if (fitting.length === 0) return [0x01];
        return [...expression("i32", depth - 1), 0x04, 0x40, ...inArm(arm), 0x0b];
      }
      case 15: {
        const reference = random.pick<ValType>(["funcref", "externref"]);
        const table = reference === "funcref" ? FUNCREF_TABLE : EXTERNREF_TABLE;
        const value = expression(reference, depth - 1);
        if (random.chance(0.5)) return [0x41, random.below(5), ...value, 0x26, table];
        return [0x41, random.below(3), ...value, 0x41, random.below(4), 0xfc, 17, table];
      }
      default:
        return plain(random.pick(PLAIN_STATEMENTS), depth);
    }
  }

  /** Runs `write` as inside of an `if` without results. */
  function inArm(write: () => number[]): number[] {
    labels.push([]);
    const arm = write();
    labels.pop();
    return arm;
  }

  /** Statements with a handler for each kind of exception, so that all four kinds of catch are met. */
  function guarded(depth: number): number[] {
    const kind = random.below(4);
    const tag = random.below(TAGS.length);
    const payload: ValType[] = [
      ...(kind < 2 ? (TAGS[tag] ?? []) : []),
      ...(kind % 2 === 1 ? ["exnref" as const] : []),
    ];
    labels.push([], payload, []);
    const body = statements(depth - 1);
    const thrown = random.pick([
      () => [...values(TAGS[tag] ?? [], depth), 0x08, tag],
      () => [0x10, 1],
      () => anyCall(depth),
    ])();
    labels.pop();
    labels.pop();
    labels.pop();
    const handler = kind < 2 ? [kind, tag, 0] : [kind, 0];
    const rethrow = kind % 2 === 1 && random.chance(0.4);
    return [
      ...[0x02, 0x40],
      ...[0x02, ...blockType({ params: [], results: payload })],
      ...[0x1f, 0x40, 1, ...handler, ...body, ...thrown, 0x0b],
      ...[0x0c, 1, 0x0b],
      ...(rethrow ? [0x0a] : setAll(payload)),
      0x0b,
    ];
  }

  /** What stands behind a branch that is always taken: nothing, or code as good as any other. */
  function deadCode(depth: number): number[] {
    return random.chance(0.3) ? statements(Math.min(depth - 1, 2)) : [];
  }

  const body = [
    ...countDown,
    ...Array.from({ length: 3 }, () => statement(4)).flat(),
    ...values(signature.results, 5),
  ];
  const declared = [...LOCALS, ...LOCALS].flatMap((type) => [1, VALUE_CODES[type]]);
  const content = [...uleb(LOCALS.length * 2), ...declared, ...body, 0x0b];
  return [...uleb(content.length), ...content];
}

/** An opcode of our numbering as bytes. */
export function code(opcode: number): number[] {
  if (opcode < 0x100) return [opcode];
  return opcode < 0x200 ? [0xfc, ...uleb(opcode - 0x100)] : [0xfd, ...uleb(opcode - 0x200)];
}
