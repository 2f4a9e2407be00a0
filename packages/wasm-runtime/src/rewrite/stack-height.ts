import type { FunctionType, WasmValueType } from "../inspection.ts";
import type { FunctionCode } from "./function-code.ts";
import { EMPTY_BLOCK, OP } from "./instructions/control.ts";
import { POPS, PUSHES } from "./instructions/table.ts";
import type { ModuleShape } from "./module-shape.ts";

/** The most that a function of a valid module has on its operand stack at a time. */
export interface HighestStack {
  readonly operands: number;
  /** How many of them can be exceptions, at the worst place for those. */
  readonly exceptions: number;
}

/** How many values there are in a list of types, and how many of them are exceptions. */
interface Values {
  readonly count: number;
  readonly exceptions: number;
}

/** Of a function, or of a block. */
interface Signature {
  readonly params: Values;
  readonly results: Values;
}

const EXNREF = 0x69;
const NOTHING: Values = { count: 0, exceptions: 0 };
const ONE: Values = { count: 1, exceptions: 0 };
const ONE_EXCEPTION: Values = { count: 1, exceptions: 1 };
const EMPTY: Signature = { params: NOTHING, results: NOTHING };
const GIVES_ONE: Signature = { params: NOTHING, results: ONE };
const GIVES_EXCEPTION: Signature = { params: NOTHING, results: ONE_EXCEPTION };

/**
 * Follows the operand stacks of a module's functions. In code that is never reached an operand may be taken that is not
 * there; the height then stays that of the enclosing block, as the validation algorithm has it.
 *
 * No step costs more for a type of many values: a function may have a block of a thousand in every fourth byte.
 *
 * @see https://webassembly.github.io/spec/core/appendix/algorithm.html
 */
export function createStackFollower(shape: ModuleShape): (code: FunctionCode) => HighestStack {
  const { bytes, functionTypes } = shape;
  const signatures = shape.types.map(signatureOf);

  /** @param at - where the type of a block stands in the module. */
  function blockType(at: number): Signature {
    const first = bytes[at] ?? 0;
    if (first === EMPTY_BLOCK) return EMPTY;
    if (first === EXNREF) return GIVES_EXCEPTION;
    if (first < 0x80 && (first & 0x40) !== 0) return GIVES_ONE;
    let index = 0;
    for (let from = at, shift = 0; ; from++, shift += 7) {
      const next = bytes[from] ?? 0;
      index |= (next & 0x7f) << shift;
      if (next < 0x80) return signatures[index] ?? EMPTY;
    }
  }

  return ({ count, opcodes, offsets, operands, exceptionLocals, nesting }) => {
    const base = new Int32Array(nesting + 1);
    const blocks = new Array<Signature>(nesting + 1).fill(EMPTY);
    const exceptions = createExceptionCounter();
    const localExceptions = exceptionLocals.size > 0;
    let depth = 0;
    let height = 0;
    let highest = 0;

    function cut(to: number): void {
      height = to;
      if (exceptions.now > 0) exceptions.cut(to);
    }

    function change(pops: number, pushes: number): void {
      cut(Math.max(height - pops, base[depth] ?? 0));
      height += pushes;
      if (height > highest) highest = height;
    }

    function push(values: Values): void {
      if (values.exceptions > 0) exceptions.add(height, values.exceptions);
      height += values.count;
      if (height > highest) highest = height;
    }

    function open(block: Signature): void {
      change(block.params.count, 0);
      depth += 1;
      base[depth] = height;
      blocks[depth] = block;
      push(block.params);
    }

    function call(typeIndex: number): void {
      const { params, results } = signatures[typeIndex] ?? EMPTY;
      change(params.count, 0);
      push(results);
    }

    for (let instruction = 0; instruction < count; instruction++) {
      const opcode = opcodes[instruction] ?? 0;
      const operand = operands[instruction] ?? 0;
      switch (opcode) {
        case OP.block:
        case OP.loop:
        case OP.tryTable:
          open(blockType((offsets[instruction] ?? 0) + 1));
          break;
        case OP.if:
          change(1, 0);
          open(blockType((offsets[instruction] ?? 0) + 1));
          break;
        case OP.else:
          cut(base[depth] ?? 0);
          push(blocks[depth]?.params ?? NOTHING);
          break;
        case OP.end:
          if (depth === 0) break;
          cut(base[depth] ?? 0);
          depth -= 1;
          push(blocks[depth + 1]?.results ?? NOTHING);
          break;
        case OP.brIf:
          change(1, 0);
          break;
        case OP.call:
          call(functionTypes[operand] ?? -1);
          break;
        case OP.callIndirect:
          change(1, 0);
          call(operand);
          break;
        case OP.localTee:
          change(1, 0);
          push(localExceptions && exceptionLocals.has(operand) ? ONE_EXCEPTION : ONE);
          break;
        case OP.localGet:
          push(localExceptions && exceptionLocals.has(operand) ? ONE_EXCEPTION : ONE);
          break;
        case OP.typedSelect: {
          change(3, 0);
          // Its one type is its last byte; how many bytes its count takes is the module's choice.
          const type = bytes[(offsets[instruction + 1] ?? 0) - 1];
          push(type === EXNREF ? ONE_EXCEPTION : ONE);
          break;
        }
        case OP.unreachable:
        case OP.br:
        case OP.brTable:
        case OP.return:
        case OP.returnCall:
        case OP.returnCallIndirect:
        case OP.throw:
        case OP.throwRef:
          cut(base[depth] ?? 0);
          break;
        default:
          change(POPS[opcode] ?? 0, PUSHES[opcode] ?? 0);
      }
    }
    return { operands: highest, exceptions: exceptions.most };
  };
}

function signatureOf({ params, results }: FunctionType): Signature {
  return { params: valuesOf(params), results: valuesOf(results) };
}

function valuesOf(types: readonly WasmValueType[]): Values {
  return { count: types.length, exceptions: types.filter((type) => type === "exnref").length };
}

/**
 * Counts the exceptions on an operand stack. Those of a list are taken to be its lowest values: whatever part of it is
 * taken away, no more are left than are counted.
 */
function createExceptionCounter() {
  const starts: number[] = [];
  const counts: number[] = [];

  const counter = {
    now: 0,
    most: 0,
    add(start: number, count: number): void {
      starts.push(start);
      counts.push(count);
      counter.now += count;
      if (counter.now > counter.most) counter.most = counter.now;
    },
    /** Forgets all that stand at `height` or above. */
    cut(height: number): void {
      while (counter.now > 0) {
        const last = starts.length - 1;
        const start = starts[last] ?? 0;
        const count = counts[last] ?? 0;
        if (start + count <= height) return;
        const left = Math.max(height - start, 0);
        counter.now -= count - left;
        counts[last] = left;
        if (left > 0) return;
        starts.pop();
        counts.pop();
      }
    },
  };
  return counter;
}
