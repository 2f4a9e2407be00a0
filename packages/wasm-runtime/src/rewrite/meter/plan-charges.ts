import { FUEL_PRICE, INSTRUCTION_PRICES } from "../costs.ts";
import type { FunctionCode } from "../function-code.ts";
import { OP } from "../instructions/control.ts";

/** Where a function is charged how much. */
export interface ChargePlan {
  /**
   * `charges[0]` is charged on entry, `charges[n + 1]` right behind instruction `n`, each before what it pays for. Longer
   * than there are instructions; 0 where nothing is charged.
   */
  readonly charges: Uint32Array;
  /** The sum of all charges. */
  readonly total: number;
}

/** The stretch of code that is never reached. */
const NOWHERE = -1;

/**
 * Divides a function into stretches of which always all is run, and charges each once, where it begins.
 *
 * A stretch goes on behind a block when nothing inside leaves the block but towards its end: whoever comes to its
 * beginning comes to what follows, too. Otherwise a new one begins there, as it does at the head of a loop, in each arm of
 * an `if`, and behind a conditional branch. So a stretch is charged as often as it is entered, and never less than it is
 * run; a trap, an exception or the end of the budget in its middle leaves it charged as a whole.
 *
 * @param importedFunctions - how many functions the module imports; calls of them are calls of the host.
 */
export function planCharges(code: FunctionCode, importedFunctions: number): ChargePlan {
  const { count, opcodes, operands, lists, nesting } = code;
  const charges = new Uint32Array(count + 1);
  // Of every open block: the stretch it stands in, and the outermost block that a branch inside leads to.
  const outer = new Int32Array(nesting + 1);
  const leadsTo = new Int32Array(nesting + 1);
  let depth = 0;
  let stretch = 0;
  let total = 0;

  function open(): void {
    depth += 1;
    outer[depth] = stretch;
    leadsTo[depth] = depth;
  }

  function branch(target: number): void {
    if (stretch !== NOWHERE && target < (leadsTo[depth] ?? 0)) leadsTo[depth] = target;
  }

  function begin(instruction: number): void {
    if (stretch !== NOWHERE) stretch = instruction + 1;
  }

  for (let instruction = 0; instruction < count; instruction++) {
    const opcode = opcodes[instruction] ?? 0;
    const operand = operands[instruction] ?? 0;
    if (stretch !== NOWHERE) {
      let price = INSTRUCTION_PRICES[opcode] ?? 0;
      if ((opcode === OP.call || opcode === OP.returnCall) && operand < importedFunctions) {
        price = FUEL_PRICE.hostCall;
      }
      charges[stretch] = (charges[stretch] ?? 0) + price;
      total += price;
    }
    switch (opcode) {
      case OP.block:
        open();
        break;
      case OP.loop:
      case OP.if:
        open();
        begin(instruction);
        break;
      case OP.tryTable:
        open();
        for (let left = lists[operand + 1] ?? 0, at = operand + 4; left > 0; left--, at += 3) {
          branch(depth - 1 - (lists[at] ?? 0));
        }
        break;
      case OP.else:
        stretch = outer[depth] ?? NOWHERE;
        begin(instruction);
        break;
      case OP.end: {
        if (depth === 0) break;
        const target = leadsTo[depth] ?? 0;
        const left = target < depth;
        stretch = outer[depth] ?? NOWHERE;
        depth -= 1;
        if (target < (leadsTo[depth] ?? 0)) leadsTo[depth] = target;
        if (left) begin(instruction);
        break;
      }
      case OP.br:
        branch(depth - operand);
        stretch = NOWHERE;
        break;
      case OP.brIf:
        branch(depth - operand);
        begin(instruction);
        break;
      case OP.brTable:
        for (let at = operand + (lists[operand] ?? 0); at > operand; at--) branch(depth - (lists[at] ?? 0));
        stretch = NOWHERE;
        break;
      case OP.return:
      case OP.returnCall:
      case OP.returnCallIndirect:
      case OP.throw:
      case OP.throwRef:
        branch(0);
        stretch = NOWHERE;
        break;
      case OP.unreachable:
        stretch = NOWHERE;
        break;
    }
  }
  return { charges, total };
}
