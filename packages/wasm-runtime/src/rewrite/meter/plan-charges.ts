import type { FunctionCode } from "../function-code.ts";
import { NEVER, planPrepayments } from "./prepay.ts";
import { readStretches } from "./stretches.ts";

/**
 * Charges each stretch of code where it begins: what it costs, and the prepayment for what follows, less the prepayment
 * that was made on the way to it. On every way through the function that adds up to what is run; and at no place less has
 * been paid than was run, so nothing is run on credit. A trap, an exception or the end of the budget leaves a stretch
 * charged as a whole, and what was prepaid behind it.
 *
 * @param importedFunctions - how many functions the module imports; calls of them are calls of the host.
 * @returns `MeteringPlan.charges`.
 */
export function planCharges(code: FunctionCode, importedFunctions: number): Uint32Array {
  const stretches = readStretches(code, importedFunctions);
  const prepaid = planPrepayments(stretches);
  const { starts, costs, from, to } = stretches;
  const charges = new Uint32Array(code.count + 1);
  for (const [stretch, start] of starts.entries()) {
    const cost = costs[stretch] ?? 0;
    const before = prepaid[from[stretch] ?? 0] ?? 0;
    const behind = prepaid[to[stretch] ?? 0] ?? 0;
    // Where only a trap ends the function, or nothing does, there is no prepayment.
    charges[start] = behind === NEVER ? cost : cost + behind - before;
  }
  return charges;
}
