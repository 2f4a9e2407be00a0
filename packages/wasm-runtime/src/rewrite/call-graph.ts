import { INSTRUCTION_PRICES } from "./costs.ts";
import type { FunctionCode } from "./function-code.ts";
import { OP } from "./instructions/control.ts";

/** What the plans for a whole module need to know of one function. */
export interface FunctionSummary {
  /** The functions of the module that it calls by name, each as often as a call of it stands there; not the host's. */
  readonly callees: readonly number[];
  /** Whether it calls through a table: then it may call anything. */
  readonly callsIndirectly: boolean;
  /** What all of its code costs, each instruction once. */
  readonly cost: number;
  /** What one call of it may take of the stack, in bytes. */
  readonly frameBytes: number;
}

/** @param importedFunctions - how many functions the module imports. */
export function summarizeFunction(
  { count, opcodes, operands }: FunctionCode,
  importedFunctions: number,
  frameBytes: number,
): FunctionSummary {
  const callees: number[] = [];
  let callsIndirectly = false;
  let cost = 0;
  for (let instruction = 0; instruction < count; instruction++) {
    const opcode = opcodes[instruction] ?? 0;
    cost += INSTRUCTION_PRICES[opcode] ?? 0;
    if (opcode === OP.call || opcode === OP.returnCall) {
      const callee = operands[instruction] ?? 0;
      if (callee >= importedFunctions) callees.push(callee);
    } else if (opcode === OP.callIndirect || opcode === OP.returnCallIndirect) callsIndirectly = true;
  }
  return { callees, callsIndirectly, cost, frameBytes };
}

/**
 * Visits every function behind all that it calls, as far as there is such an order.
 *
 * @param finish - is called for each function, when all that it calls are finished but those that it calls in a circle.
 * @param closeCircle - is called for one function of each circle of calls at least, before it is finished.
 */
export function visitCallees(
  functions: readonly FunctionSummary[],
  importedFunctions: number,
  {
    finish,
    closeCircle,
  }: { readonly finish: (position: number) => void; readonly closeCircle: (position: number) => void },
): void {
  const UNSEEN = 0;
  const OPEN = 1;
  const FINISHED = 2;
  const state = new Uint8Array(functions.length);
  const nextCallee = new Uint32Array(functions.length);
  // The calls that are being followed; calls of a hostile module nest too deep for the engine's own stack.
  const path: number[] = [];
  for (let root = 0; root < functions.length; root++) {
    if (state[root] !== UNSEEN) continue;
    state[root] = OPEN;
    path.push(root);
    for (let caller = path.at(-1); caller !== undefined; caller = path.at(-1)) {
      const next = nextCallee[caller] ?? 0;
      const callee = functions[caller]?.callees[next];
      if (callee === undefined) {
        state[caller] = FINISHED;
        finish(caller);
        path.pop();
        continue;
      }
      nextCallee[caller] = next + 1;
      const position = callee - importedFunctions;
      if (state[position] === OPEN) closeCircle(position);
      else if (state[position] === UNSEEN) {
        state[position] = OPEN;
        path.push(position);
      }
    }
  }
}
