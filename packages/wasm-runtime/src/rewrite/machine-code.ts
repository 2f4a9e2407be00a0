import type { FunctionCode } from "./function-code.ts";
import { blockParameters, blockResults } from "./function-code.ts";
import { OP } from "./instructions/control.ts";
import { type Instruction, OPCODES, SIMD } from "./instructions/instruction.ts";
import { INSTRUCTIONS } from "./instructions/table.ts";
import { UNROLLED_ROUNDS } from "./meter/unroll.ts";
import type { ModuleShape } from "./module-shape.ts";

/**
 * How much machine code the engine's baseline compiler makes of what a guest has, in bytes on x64 and from above: with every
 * operand to be loaded and every result to be stored. What the meter calls beside an instruction is in its number.
 */
const CODE_BYTES = Object.freeze({
  /** Everything that has no other number. */
  instruction: 24,
  local: 15,
  constant: 14,
  /** Constants of floating point, and `table.size`. */
  longConstant: 36,
  memoryAccess: 40,
  /** What floating point or vectors need several instructions for, and rotations, which want a register of their own. */
  composed: 68,
  vector: 44,
  division: 100,
  truncation: 110,
  tableAccess: 60,
  /** `global.set`: of a reference, which the engine's collector is told of. */
  globalSet: 68,
  /** What is done by a call of the engine. */
  engineCall: 90,
  block: 3,
  if: 16,
  loop: 90,
  brTableLabel: 18,
  call: 48,
  callIndirect: 115,
  returnCallIndirect: 170,
  throw: 100,
  catch: 64,
  /** A byte that the values of an exception take of the heap: putting it there, and taking it from there. */
  thrownByte: 11,
  caughtByte: 4,
  bulk: 200,
  grow: 200,
  /** One more value that is given to a function, a block or an exception, or taken from it. */
  value: 18,
  /** A local that holds a constant is put into its place at each branch. */
  constantLocal: 11,
  /** A register is put into its place, or loaded from there: in a small frame, and in a large one. */
  nearRegister: 6,
  farRegister: 9,
  /** A byte of what the rewrite adds to a function. */
  addedByte: 4,
  /** A function: its entry, the tables by which it is called, and its first and last checks. */
  function: 320,
  /** A local that is put into its place where its function begins. */
  firstValue: 9,
  /** A module: the pages that its code begins with. */
  module: 32 * 1024,
  /** An imported function: what leads out to the host. */
  import: 1_024,
  /** A value that stands where an exception may land; see `AdmissionLimits.maxLandingsTimesValues`. */
  landing: 13,
});

/** As many registers as the compiler keeps values in. */
const REGISTERS = 18;
/** So many values can be reached by the shorter instructions. */
const NEAR_VALUES = 12;

const BULK = ["memory.init", "memory.copy", "memory.fill", "table.init", "table.copy", "table.fill"];
const TABLE_ACCESS = ["table.get", "table.set"];
const ENGINE_CALL = ["elem.drop", "data.drop", "ref.func"];
const COMPOSED =
  /rot[lr]$|copysign$|convert_i64_u$|^f(32|64)\.(min|max)$|popcnt|^i8x16\.sh|^i64x2\.shr_s|convert_i32x4_u/;

function codeBytesOf({ opcode, name }: Instruction): number {
  if (BULK.includes(name)) return CODE_BYTES.bulk;
  if (TABLE_ACCESS.includes(name)) return CODE_BYTES.tableAccess;
  if (ENGINE_CALL.includes(name)) return CODE_BYTES.engineCall;
  if (/^local\./.test(name)) return CODE_BYTES.local;
  if (/^i(32|64)\.const$/.test(name)) return CODE_BYTES.constant;
  if (/^f(32|64)\.const$|^table\.size$/.test(name)) return CODE_BYTES.longConstant;
  if (/^i(32|64)\.(div|rem)_/.test(name)) return CODE_BYTES.division;
  if (/^i(32|64)\.trunc_|trunc_sat/.test(name)) return CODE_BYTES.truncation;
  if (COMPOSED.test(name)) return CODE_BYTES.composed;
  if (opcode >= SIMD) return CODE_BYTES.vector;
  if (/\.(load|store)/.test(name)) return CODE_BYTES.memoryAccess;
  switch (name) {
    case "memory.grow":
    case "table.grow":
      return CODE_BYTES.grow;
    case "global.set":
      return CODE_BYTES.globalSet;
    case "nop":
    case "drop":
    case "block":
    case "else":
    case "end":
    case "try_table":
      return CODE_BYTES.block;
    case "if":
      return CODE_BYTES.if;
    case "loop":
      return CODE_BYTES.loop;
    case "call":
    case "return_call":
      return CODE_BYTES.call;
    case "call_indirect":
      return CODE_BYTES.callIndirect;
    case "return_call_indirect":
      return CODE_BYTES.returnCallIndirect;
    case "throw":
    case "throw_ref":
      return CODE_BYTES.throw;
    default:
      return CODE_BYTES.instruction;
  }
}

const CODE_BYTES_OF = codeBytesByOpcode();

function codeBytesByOpcode(): Uint16Array {
  const bytes = new Uint16Array(OPCODES);
  for (const instruction of INSTRUCTIONS) bytes[instruction.opcode] = codeBytesOf(instruction);
  return bytes;
}

/** By opcode: whether the next instruction is not come to from there. */
const LEAVES = leavingByOpcode();

function leavingByOpcode(): Uint8Array {
  const leaving = new Uint8Array(OPCODES);
  for (const opcode of [OP.unreachable, OP.br, OP.brTable, OP.return, OP.throw, OP.throwRef])
    leaving[opcode] = 1;
  return leaving;
}

/** What is known of a function once it is rewritten. */
export interface RewrittenFunction {
  readonly code: FunctionCode;
  /** The most operands on its stack at a time. */
  readonly operands: number;
  /** As `planUnrolling` gives it. */
  readonly unrolled: Uint8Array | null;
  readonly rewrittenBytes: number;
}

/** Estimates from above how much machine code the baseline compiler makes of a module's functions, in bytes. */
export interface MachineCodeEstimator {
  /** Of all but its own functions: what leads to those that it imports. */
  readonly aroundBytes: number;
  functionBytes(rewritten: RewrittenFunction): number;
}

/** @param shape - of a module that the engine has validated. */
export function createMachineCodeEstimator(shape: ModuleShape): MachineCodeEstimator {
  const valuesOfType = shape.types.map(({ params, results }) => params.length + results.length);
  const valuesOfFunction = (functionIndex: number) =>
    valuesOfType[shape.functionTypes[functionIndex] ?? -1] ?? 0;

  let aroundBytes = CODE_BYTES.module;
  for (let index = 0; index < shape.importedFunctions; index++) {
    aroundBytes += CODE_BYTES.import + CODE_BYTES.value * 2 * valuesOfFunction(index);
  }

  function functionBytes({ code, operands: highest, unrolled, rewrittenBytes }: RewrittenFunction): number {
    const { count, opcodes, operands, lists, nesting, locals, landings } = code;
    const type = shape.types[shape.functionTypes[code.functionIndex] ?? -1];
    const constants = createConstantLocals(code);
    const values = locals + highest;
    const register = values > NEAR_VALUES ? CODE_BYTES.farRegister : CODE_BYTES.nearRegister;
    const registersBytes = register * Math.min(REGISTERS, values);
    // Of every open block: what a branch to its label carries, what its end leaves, and whether it is an `if`.
    const carried = new Int32Array(nesting + 1);
    const left = new Int32Array(nesting + 1);
    const conditional = new Uint8Array(nesting + 1);
    carried[0] = left[0] = type?.results.length ?? 0;
    let depth = 0;
    let rounds = 1;
    let bytes =
      CODE_BYTES.function +
      CODE_BYTES.value * valuesOfFunction(code.functionIndex) +
      CODE_BYTES.firstValue * locals +
      CODE_BYTES.addedByte * Math.max(rewrittenBytes - (code.bodyEnd - code.bodyStart), 0) +
      CODE_BYTES.landing * landings * values;

    const branch = (carries: number): number =>
      registersBytes + CODE_BYTES.constantLocal * constants.count + CODE_BYTES.value * carries;

    function open(label: number, results: number): void {
      depth += 1;
      carried[depth] = label;
      left[depth] = results;
      conditional[depth] = 0;
    }

    for (let instruction = 0; instruction < count; instruction++) {
      const opcode = opcodes[instruction] ?? 0;
      const operand = operands[instruction] ?? 0;
      bytes += (CODE_BYTES_OF[opcode] ?? 0) * rounds;
      switch (opcode) {
        case OP.block:
          open(blockResults(operand), blockResults(operand));
          break;
        case OP.loop:
          // Whatever locals hold is put into their places before it begins.
          bytes += branch(blockParameters(operand) + blockResults(operand));
          constants.forget();
          open(blockParameters(operand), blockResults(operand));
          if (unrolled?.[instruction] === 1) rounds = UNROLLED_ROUNDS;
          break;
        case OP.if:
          open(blockResults(operand), blockResults(operand));
          conditional[depth] = 1;
          constants.save();
          break;
        case OP.else:
          bytes += branch(left[depth] ?? 0);
          constants.restore();
          break;
        case OP.end:
          // Nothing comes to the end of a block that was left before, but the other way of an `if`.
          if (conditional[depth] === 1 || !LEAVES[opcodes[instruction - 1] ?? 0])
            bytes += branch(left[depth] ?? 0);
          if (conditional[depth] === 1) constants.drop();
          depth -= 1;
          rounds = 1;
          break;
        case OP.tryTable: {
          const results = blockResults(lists[operand] ?? 0);
          const catches = lists[operand + 1] ?? 0;
          bytes +=
            catches * (CODE_BYTES.catch + CODE_BYTES.caughtByte * shape.exceptionBytes + branch(highest));
          open(results, results);
          break;
        }
        case OP.br:
        case OP.brIf:
          bytes += branch(carried[depth - operand] ?? 0) * rounds;
          break;
        case OP.brTable: {
          const labels = lists[operand] ?? 1;
          // Labels that are alike share what moves the values.
          const kinds = Math.min(labels, depth + 1);
          bytes += CODE_BYTES.brTableLabel * labels;
          bytes += kinds * branch(carried[depth - (lists[operand + labels] ?? 0)] ?? 0);
          break;
        }
        case OP.return:
          bytes += branch(left[0] ?? 0);
          break;
        case OP.call:
        case OP.returnCall:
          bytes += CODE_BYTES.value * valuesOfFunction(operand);
          break;
        case OP.callIndirect:
        case OP.returnCallIndirect:
          bytes += CODE_BYTES.value * (valuesOfType[operand] ?? 0);
          break;
        case OP.throw:
          bytes += CODE_BYTES.thrownByte * shape.exceptionBytes;
          break;
        case OP.localGet:
        case OP.localSet:
        case OP.localTee:
          constants.follow(instruction);
          break;
      }
    }
    return bytes;
  }

  return { aroundBytes, functionBytes };
}

/** Which locals can hold a constant that the compiler has not written down anywhere yet. */
interface ConstantLocals {
  readonly count: number;
  /** Follows an instruction that reads or sets a local. */
  follow(instruction: number): void;
  forget(): void;
  /** Where an `if` begins; `restore` at its `else`, `drop` at its end: what is known from then on holds for both ways. */
  save(): void;
  restore(): void;
  drop(): void;
}

function createConstantLocals({ count, locals, opcodes, operands }: FunctionCode): ConstantLocals {
  let holding = new Uint8Array(locals);
  let held = 0;
  const saved: Uint8Array[] = [];

  function mark(local: number, constant: boolean): void {
    if (holding[local] === Number(constant)) return;
    holding[local] = Number(constant);
    held += constant ? 1 : -1;
  }

  /** Whether the value on top of the stack behind an instruction can be a constant. */
  function leavesConstant(instruction: number): boolean {
    const opcode = opcodes[instruction] ?? 0;
    switch (opcode) {
      case OP.localGet:
      case OP.localTee:
        return holding[operands[instruction] ?? 0] === 1;
      case OP.call:
      case OP.callIndirect:
      case OP.globalGet:
      case OP.memoryGrow:
      case OP.memorySize:
      case OP.select:
        return false;
      default:
        return !COMPUTES[opcode];
    }
  }

  function join(): void {
    const before = saved.at(-1);
    if (before === undefined) return;
    for (let local = 0; local < locals; local++) if (before[local] === 1) mark(local, true);
  }

  return {
    get count() {
      return held;
    },
    follow(instruction) {
      if (opcodes[instruction] === OP.localGet || instruction >= count) return;
      mark(operands[instruction] ?? 0, leavesConstant(instruction - 1));
    },
    forget() {
      if (held === 0) return;
      holding = new Uint8Array(locals);
      held = 0;
    },
    save() {
      saved.push(holding.slice());
    },
    restore: join,
    drop() {
      join();
      saved.pop();
    },
  };
}

/** By opcode: whether the instruction leaves one value, which it has computed or loaded. */
const COMPUTES = computingByOpcode();

function computingByOpcode(): Uint8Array {
  const computing = new Uint8Array(OPCODES);
  for (const { opcode, name, stack } of INSTRUCTIONS) {
    const computes = stack !== null && stack.pushes.length === 1 && stack.pushes[0] !== "any";
    if (computes && !/\.const$/.test(name)) computing[opcode] = 1;
  }
  return computing;
}
