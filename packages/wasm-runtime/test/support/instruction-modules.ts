import { OP } from "../../src/rewrite/instructions/control.ts";
import {
  IMMEDIATE,
  type Instruction,
  MISC,
  type Operand,
  SIMD,
} from "../../src/rewrite/instructions/instruction.ts";
import { INSTRUCTIONS } from "../../src/rewrite/instructions/table.ts";
import { type Body, buildModule, op, uleb, type ValType } from "./wasm-builder.ts";

/** A module of one function that is mostly one instruction, in the way that costs the baseline compiler most. */
export interface InstructionModule {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const REPEATED = 300;
/** So many that the compiler keeps them in its frame, of each type. */
const LOCALS = 30;
const TYPES: readonly ValType[] = ["i32", "i64", "f32", "f64", "v128", "funcref"];

const IMMEDIATES: ReadonlyMap<number, Body> = new Map<number, Body>([
  [IMMEDIATE.none, []],
  [IMMEDIATE.local, [0]],
  [IMMEDIATE.global, [0]],
  [IMMEDIATE.table, [0]],
  [IMMEDIATE.tables, [0, 0]],
  [IMMEDIATE.memoryAccess, [0, ...uleb(0x70000000)]],
  [IMMEDIATE.memoryAccessAndLane, [0, ...uleb(0x70000000), 0]],
  [IMMEDIATE.memory, [0]],
  [IMMEDIATE.memories, [0, 0]],
  [IMMEDIATE.i32, [0xff, 0xff, 0xff, 0xff, 0x03]],
  [IMMEDIATE.i64, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x3f]],
  [IMMEDIATE.f32, [1, 2, 3, 4]],
  [IMMEDIATE.f64, [1, 2, 3, 4, 5, 6, 7, 8]],
  [IMMEDIATE.bytes16, Array.from({ length: 16 }, (_, lane) => lane)],
  [IMMEDIATE.lane, [1]],
  [IMMEDIATE.heapType, [0x70]],
  [IMMEDIATE.function, [0]],
]);

/** Every instruction but those that need segments, and what blocks, branches and calls can be made to do. */
export function instructionModules(): readonly InstructionModule[] {
  return [
    ...INSTRUCTIONS.flatMap(modulesOf),
    ...CONTROL.map(([name, body]) => ({ name, bytes: moduleOf(body) })),
  ];
}

/** The instruction with its results dropped, left on the stack, and set to locals. */
function modulesOf({ name, opcode, stack, immediate }: Instruction): InstructionModule[] {
  const following = IMMEDIATES.get(immediate);
  if (stack === null || following === undefined) return [];
  const typeOf = (operand: Operand): ValType => {
    if (operand !== "any") return operand;
    return /^(table|ref)\./.test(name) ? "funcref" : "i32";
  };
  const one = (round: number): Body => [
    stack.pops.map((operand, place) => op.get(localOf(typeOf(operand), round * 3 + place))),
    encode(opcode),
    following,
  ];
  const [result] = stack.pushes;
  const dropped = repeat((round) => [one(round), result === undefined ? [] : op.drop]);
  if (result === undefined) return [{ name, bytes: moduleOf(dropped) }];
  const set = repeat((round) => [one(round), op.set(localOf(typeOf(result), round))]);
  return [
    { name, bytes: moduleOf(dropped) },
    { name: `${name}, kept`, bytes: moduleOf([repeat(one), op.unreachable]) },
    { name: `${name}, set`, bytes: moduleOf(set) },
  ];
}

function encode(opcode: number): Body {
  if (opcode >= SIMD) return [0xfd, ...uleb(opcode - SIMD)];
  return opcode >= MISC ? [0xfc, ...uleb(opcode - MISC)] : [opcode];
}

function localOf(type: ValType, number: number): number {
  return TYPES.indexOf(type) * LOCALS + (number % LOCALS);
}

function repeat(body: (round: number) => Body): Body {
  return Array.from({ length: REPEATED }, (_, round) => body(round));
}

const IF = [op.get(0), OP.if, 0x40];
const END = OP.end;
const CALL = op.call("called");
/** Values that the compiler keeps in its registers. */
const inRegisters = (shift: number): Body =>
  Array.from({ length: 10 }, (_, each) => [
    [op.get(localOf("i32", each)), op.set(localOf("i32", each + shift))],
    [op.get(localOf("f64", each)), op.set(localOf("f64", each + shift))],
  ]);
const constants: Body = Array.from({ length: LOCALS }, (_, each) => [
  [op.i32(1), op.set(localOf("i32", each))],
  [op.i64(1n), op.set(localOf("i64", each))],
]);
const branches = repeat(() => [op.get(0), op.brIf(0)]);

const THROWN = Array<ValType>(16).fill("i64");

const CONTROL: readonly (readonly [string, Body])[] = [
  ["empty loops", repeat(() => op.loop())],
  ["loops within loops", [repeat(() => [OP.loop, 0x40]), repeat(() => [END])]],
  [
    "loops that are unrolled",
    repeat(() => op.loop(op.i32(1), op.i32(1), op.i32DivS, op.drop, op.get(0), op.brIf(0))),
  ],
  ["constants before loops", repeat((round) => [op.i64(1n), op.set(localOf("i64", round)), op.loop()])],
  ["ifs with else", repeat(() => [inRegisters(10), IF, OP.else, END])],
  ["calls and returns in ifs", [inRegisters(10), repeat(() => [IF, CALL, op.return, END])]],
  ["branches with registers", op.block(inRegisters(10), branches)],
  [
    "branches to where the registers hold something else",
    op.block(
      inRegisters(10),
      op.get(0),
      op.brIf(0),
      inRegisters(20),
      inRegisters(0),
      inRegisters(10),
      branches,
    ),
  ],
  [
    "branches with constants",
    op.block(
      constants,
      repeat(() => [IF, op.br(1), END]),
    ),
  ],
  [
    "a br_table of many labels",
    op.block(op.get(0), OP.brTable, uleb(REPEATED), Array<number>(REPEATED + 1).fill(0)),
  ],
  ["calls", repeat(() => CALL)],
  ["calls with the count in a local", [op.loop(), repeat(() => CALL)]],
  ["indirect calls", repeat(() => [op.get(0), OP.callIndirect, 0, 0])],
  ["indirect calls with the count in a local", [op.loop(), repeat(() => [op.get(0), OP.callIndirect, 0, 0])]],
  ["tail calls", repeat(() => [IF, OP.returnCall, CALL.slice(1), END])],
  ["indirect tail calls", [op.loop(), repeat(() => [IF, op.get(0), OP.returnCallIndirect, 0, 0, END])]],
  ["throws", [op.loop(), repeat(() => [IF, op.throw(0), END])]],
  [
    "throws of many values",
    repeat((round) => [IF, THROWN.map((_, each) => op.get(localOf("i64", round + each))), op.throw(1), END]),
  ],
  ["calls in try_tables", repeat(() => op.tryCatchAll(CALL))],
  ["many calls in one try_table", op.tryCatchAll(repeat(() => CALL))],
];

function moduleOf(body: Body): Uint8Array {
  return buildModule({
    functions: {
      called: { body: [] },
      tested: { locals: TYPES.flatMap((type) => Array<ValType>(LOCALS).fill(type)), body },
    },
    tables: [{ minimum: 1 }],
    memories: [{ minimum: 1 }],
    globals: [{ type: "i32", value: 0 }],
    tags: [[], THROWN],
  });
}
