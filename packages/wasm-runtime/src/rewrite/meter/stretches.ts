import { FUEL_PRICE, INSTRUCTION_PRICES } from "../costs.ts";
import type { FunctionCode } from "../function-code.ts";
import { OP } from "../instructions/control.ts";

/** The junctions that every function has: where it is entered, where it is left, and where nothing leads. */
export const JUNCTION = { entry: 0, exit: 1, nowhere: 2 } as const;

/** The stretches of a function's code of which always all is run, as columns in the order of the code. */
export interface Stretches {
  /** Where each begins: 0 for the beginning of the function, `n + 1` for right behind instruction `n`. */
  readonly starts: readonly number[];
  /** What running it costs. */
  readonly costs: readonly number[];
  /**
   * Where each comes from and leads to. A branch leads to several stretches and a label is reached from several: all
   * that meet so are one junction, and what has been paid for in advance must be the same wherever control passes it.
   */
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** All junctions are below this number. */
  readonly junctions: number;
}

/** No stretch: the code is never reached. */
const NONE = -1;

/** @param importedFunctions - how many functions the module imports; calls of them are calls of the host. */
export function readStretches(code: FunctionCode, importedFunctions: number): Stretches {
  const { count, opcodes, operands, lists, nesting } = code;
  const starts: number[] = [];
  const costs: number[] = [];
  const from: number[] = [];
  const to: number[] = [];
  const joined: number[] = Object.values(JUNCTION);
  // Of every open block: the junction of its label, whether anything but a fall through comes to its end, and the junction
  // of an `if` whose second arm has not begun.
  const labels = new Int32Array(nesting + 1);
  const loops = new Uint8Array(nesting + 1);
  const reached = new Uint8Array(nesting + 1);
  const forks = new Int32Array(nesting + 1);
  let depth = 0;
  let stretch = NONE;
  labels[0] = JUNCTION.exit;
  forks[0] = NONE;
  begin(0, JUNCTION.entry);

  for (let instruction = 0; instruction < count; instruction++) {
    const opcode = opcodes[instruction] ?? 0;
    const operand = operands[instruction] ?? 0;
    if (stretch !== NONE) {
      const hostCall = (opcode === OP.call || opcode === OP.returnCall) && operand < importedFunctions;
      costs[stretch] =
        (costs[stretch] ?? 0) + (hostCall ? FUEL_PRICE.hostCall : (INSTRUCTION_PRICES[opcode] ?? 0));
    }
    switch (opcode) {
      case OP.block:
        open();
        break;
      case OP.loop:
        open();
        loops[depth] = 1;
        pass(instruction, labels[depth] ?? 0);
        break;
      case OP.if:
        open();
        if (stretch !== NONE) {
          const fork = createJunction();
          forks[depth] = fork;
          pass(instruction, fork);
        }
        break;
      case OP.tryTable:
        open();
        // An exception comes from the middle of a stretch: nothing behind its handler is paid for by then. What stands
        // behind the block is not paid for inside, or whoever throws would pay for it.
        if (stretch === NONE) break;
        for (let left = lists[operand + 1] ?? 0, at = operand + 4; left > 0; left--, at += 3) {
          join(branch(depth - 1 - (lists[at] ?? 0)), JUNCTION.exit);
          join(branch(depth), JUNCTION.exit);
        }
        break;
      case OP.else: {
        if (stretch !== NONE) leave(branch(depth));
        const fork = forks[depth] ?? NONE;
        forks[depth] = NONE;
        if (fork !== NONE) begin(instruction + 1, fork);
        break;
      }
      case OP.end: {
        const fork = forks[depth] ?? NONE;
        // An `if` without `else` goes on behind its end.
        if (fork !== NONE) join(branch(depth), fork);
        const label = labels[depth] ?? 0;
        if (stretch !== NONE && (depth === 0 || reached[depth] === 1)) leave(label);
        if (depth > 0 && reached[depth] === 1) begin(instruction + 1, label);
        depth -= 1;
        break;
      }
      case OP.br:
        if (stretch !== NONE) leave(branch(depth - operand));
        break;
      case OP.brIf:
        if (stretch !== NONE) pass(instruction, branch(depth - operand));
        break;
      case OP.brTable:
        if (stretch === NONE) break;
        for (let at = operand + (lists[operand] ?? 0); at > operand; at--) {
          join(branch(depth - (lists[at] ?? 0)), branch(depth - (lists[operand + 1] ?? 0)));
        }
        leave(branch(depth - (lists[operand + 1] ?? 0)));
        break;
      case OP.return:
      case OP.returnCall:
      case OP.returnCallIndirect:
      case OP.throw:
      case OP.throwRef:
        if (stretch !== NONE) leave(JUNCTION.exit);
        break;
      case OP.unreachable:
        if (stretch !== NONE) leave(JUNCTION.nowhere);
        break;
    }
  }
  return { starts, costs, from: from.map(find), to: to.map(find), junctions: joined.length };

  function begin(start: number, junction: number): void {
    stretch = starts.push(start) - 1;
    costs.push(0);
    from.push(junction);
    to.push(JUNCTION.nowhere);
  }

  function leave(junction: number): void {
    to[stretch] = junction;
    stretch = NONE;
  }

  /** Ends the stretch with this instruction at a junction, and begins another from there. */
  function pass(instruction: number, junction: number): void {
    if (stretch === NONE) return;
    leave(junction);
    begin(instruction + 1, junction);
  }

  function open(): void {
    depth += 1;
    labels[depth] = createJunction();
    loops[depth] = 0;
    reached[depth] = 0;
    forks[depth] = NONE;
  }

  /** The junction that a branch to this block leads to. */
  function branch(target: number): number {
    if (loops[target] === 0) reached[target] = 1;
    return labels[target] ?? 0;
  }

  function createJunction(): number {
    return joined.push(joined.length) - 1;
  }

  function find(junction: number): number {
    let at = junction;
    for (let above = joined[at] ?? at; above !== at; above = joined[at] ?? at) {
      joined[at] = joined[above] ?? above;
      at = joined[at] ?? at;
    }
    return at;
  }

  /** The lower number stands for both: `JUNCTION`s stay what they are. */
  function join(one: number, other: number): void {
    const first = find(one);
    const second = find(other);
    if (first < second) joined[second] = first;
    else joined[first] = second;
  }
}
