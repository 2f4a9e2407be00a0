import { blockParameters, blockResults, type FunctionCode } from "./function-code.ts";
import { OP } from "./instructions/control.ts";
import { POPS, PUSHES } from "./instructions/table.ts";
import type { ModuleShape } from "./module-shape.ts";

/**
 * The most operands that a function of a valid module has on its stack at a time. In code that is never reached an operand
 * may be taken that is not there; the height then stays that of the enclosing block, as the validation algorithm has it.
 *
 * @see https://webassembly.github.io/spec/core/appendix/algorithm.html
 */
export function highestStack(code: FunctionCode, { types, functionTypes }: ModuleShape): number {
  const { count, opcodes, operands, lists, nesting } = code;
  const base = new Int32Array(nesting + 1);
  const arity = new Int32Array(nesting + 1);
  let depth = 0;
  let height = 0;
  let highest = 0;

  function change(pops: number, pushes: number): void {
    height = Math.max(height - pops, base[depth] ?? 0) + pushes;
    if (height > highest) highest = height;
  }

  function open(blockArity: number): void {
    const parameters = blockParameters(blockArity);
    change(parameters, 0);
    depth += 1;
    base[depth] = height;
    arity[depth] = blockArity;
    change(0, parameters);
  }

  function call(typeIndex: number): void {
    const type = types[typeIndex];
    change(type?.params.length ?? 0, type?.results.length ?? 0);
  }

  for (let instruction = 0; instruction < count; instruction++) {
    const opcode = opcodes[instruction] ?? 0;
    const operand = operands[instruction] ?? 0;
    switch (opcode) {
      case OP.block:
      case OP.loop:
        open(operand);
        break;
      case OP.if:
        change(1, 0);
        open(operand);
        break;
      case OP.tryTable:
        open(lists[operand] ?? 0);
        break;
      case OP.else:
        height = base[depth] ?? 0;
        change(0, blockParameters(arity[depth] ?? 0));
        break;
      case OP.end:
        if (depth === 0) break;
        height = base[depth] ?? 0;
        depth -= 1;
        change(0, blockResults(arity[depth + 1] ?? 0));
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
      case OP.unreachable:
      case OP.br:
      case OP.brTable:
      case OP.return:
      case OP.returnCall:
      case OP.returnCallIndirect:
      case OP.throw:
      case OP.throwRef:
        height = base[depth] ?? 0;
        break;
      default:
        change(POPS[opcode] ?? 0, PUSHES[opcode] ?? 0);
    }
  }
  return highest;
}
