import { type FunctionSummary, visitCallees } from "../call-graph.ts";

/**
 * What a function may cost without being asked for its fuel on entry, with all the calls in it that are not asked either.
 * Between two checks so runs at most one function's code, and this for each of its calls.
 */
const UNCHECKED_FUEL = 1_000;

/**
 * Finds the functions that ask for fuel on entry, by their position: those that call through a table, one in each circle of
 * other calls, and those that cost much. Loops ask for themselves; so nothing runs for ever without asking.
 */
export function planEntryChecks(
  functions: readonly FunctionSummary[],
  importedFunctions: number,
): Uint8Array {
  const checked = new Uint8Array(functions.length);
  // What runs of each function until something asks, at most.
  const unchecked = new Float64Array(functions.length);
  visitCallees(functions, importedFunctions, {
    closeCircle(position) {
      checked[position] = 1;
    },
    finish(position) {
      const summary = functions[position];
      if (summary === undefined) return;
      let sum = summary.cost;
      for (const callee of summary.callees) {
        if (checked[callee - importedFunctions] === 0) sum += unchecked[callee - importedFunctions] ?? 0;
      }
      unchecked[position] = sum;
      if (summary.callsIndirectly || sum > UNCHECKED_FUEL) checked[position] = 1;
    },
  });
  return checked;
}
