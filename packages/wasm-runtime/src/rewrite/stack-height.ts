import type { WasmValueType } from "../inspection.ts";
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

interface BlockType {
  readonly params: readonly WasmValueType[];
  readonly results: readonly WasmValueType[];
}

const NOTHING: BlockType = { params: [], results: [] };
/** Of the blocks that leave one value only those of `exnref` must be told from the others. */
const ONE_VALUE: BlockType = { params: [], results: ["i32"] };
const ONE_EXCEPTION: BlockType = { params: [], results: ["exnref"] };
const EXNREF = 0x69;

/**
 * Follows the operand stack of a function. In code that is never reached an operand may be taken that is not there; the
 * height then stays that of the enclosing block, as the validation algorithm has it.
 *
 * @see https://webassembly.github.io/spec/core/appendix/algorithm.html
 */
export function highestStack(code: FunctionCode, shape: ModuleShape): HighestStack {
  const { bytes, types, functionTypes } = shape;
  const { count, opcodes, offsets, operands, exceptionLocals, nesting } = code;
  const base = new Int32Array(nesting + 1);
  const blocks = new Array<BlockType>(nesting + 1).fill(NOTHING);
  /** Where on the stack exceptions are, in rising order. */
  const exceptionsAt: number[] = [];
  let depth = 0;
  let height = 0;
  let highest = 0;
  let mostExceptions = 0;

  function cut(to: number): void {
    height = to;
    while (exceptionsAt.length > 0 && (exceptionsAt.at(-1) ?? 0) >= to) exceptionsAt.pop();
  }

  function change(pops: number, pushes: number): void {
    cut(Math.max(height - pops, base[depth] ?? 0));
    height += pushes;
    if (height > highest) highest = height;
  }

  function pushException(): void {
    change(0, 1);
    mostExceptions = Math.max(mostExceptions, exceptionsAt.push(height - 1));
  }

  function push(values: readonly WasmValueType[]): void {
    for (const value of values) {
      if (value === "exnref") pushException();
      else change(0, 1);
    }
  }

  function open(block: BlockType): void {
    change(block.params.length, 0);
    depth += 1;
    base[depth] = height;
    blocks[depth] = block;
    push(block.params);
  }

  function call(typeIndex: number): void {
    const type = types[typeIndex] ?? NOTHING;
    change(type.params.length, 0);
    push(type.results);
  }

  /** @param at - where the block's type stands in the module. */
  function blockType(at: number): BlockType {
    const first = bytes[at] ?? 0;
    if (first === EMPTY_BLOCK) return NOTHING;
    if (first === EXNREF) return ONE_EXCEPTION;
    if (first < 0x80 && (first & 0x40) !== 0) return ONE_VALUE;
    let index = 0;
    for (let from = at, shift = 0; ; from++, shift += 7) {
      const next = bytes[from] ?? 0;
      index |= (next & 0x7f) << shift;
      if (next < 0x80) return types[index] ?? NOTHING;
    }
  }

  for (let instruction = 0; instruction < count; instruction++) {
    const opcode = opcodes[instruction] ?? 0;
    const operand = operands[instruction] ?? 0;
    const offset = offsets[instruction] ?? 0;
    switch (opcode) {
      case OP.block:
      case OP.loop:
      case OP.tryTable:
        open(blockType(offset + 1));
        break;
      case OP.if:
        change(1, 0);
        open(blockType(offset + 1));
        break;
      case OP.else:
        cut(base[depth] ?? 0);
        push(blocks[depth]?.params ?? []);
        break;
      case OP.end:
        if (depth === 0) break;
        cut(base[depth] ?? 0);
        depth -= 1;
        push(blocks[depth + 1]?.results ?? []);
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
      case OP.localGet:
        if (exceptionLocals.has(operand)) pushException();
        else change(0, 1);
        break;
      case OP.localTee:
        change(1, 0);
        if (exceptionLocals.has(operand)) pushException();
        else change(0, 1);
        break;
      case OP.selectTyped:
        change(3, 0);
        // Its one type is its last byte; how many bytes its count takes is the module's choice.
        if (bytes[(offsets[instruction + 1] ?? 0) - 1] === EXNREF) pushException();
        else change(0, 1);
        break;
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
  return { operands: highest, exceptions: mostExceptions };
}
