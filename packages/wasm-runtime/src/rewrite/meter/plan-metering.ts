import type { FunctionCode } from "../function-code.ts";
import { planCharges } from "./plan-charges.ts";
import { readTraits } from "./traits.ts";
import { planUnrolling } from "./unroll.ts";

/** How one function is metered. */
export interface MeteringPlan {
  /**
   * `charges[0]` is charged on entry, `charges[n + 1]` right behind instruction `n`, each before what it pays for. Longer
   * than there are instructions; 0 where nothing is charged.
   */
  readonly charges: Uint32Array;
  /** Whether the fuel is asked for on entry. */
  readonly checkedOnEntry: boolean;
  /** Whether the count is kept in a local, and in the global only where somebody else may look. */
  readonly cached: boolean;
  /** Whether any instruction is charged by length. */
  readonly lengths: boolean;
  readonly calls: boolean;
  /** Whether labels stand elsewhere than in the original, because checks of loops are moved out of them. */
  readonly movesLabels: boolean;
  /** The loops that are charged for several rounds at once; see `planUnrolling`. */
  readonly unrolled: Uint8Array | null;
}

/** What is planned for a module as a whole. */
export interface MeteringContext {
  /** How many functions the module imports. */
  readonly importedFunctions: number;
  readonly checkedOnEntry: boolean;
  /** What a call of the function takes of the stack. */
  readonly frameBytes: number;
}

export type MeteringPlanner = (code: FunctionCode, context: MeteringContext) => MeteringPlan;

/** The one that is used. */
export function planMetering(
  code: FunctionCode,
  { importedFunctions, checkedOnEntry, frameBytes }: MeteringContext,
): MeteringPlan {
  const charges = planCharges(code, importedFunctions);
  const traits = readTraits(code);
  return {
    charges,
    checkedOnEntry,
    // Where an exception is caught, callees have spent fuel that a local would not know of.
    cached: traits.callFreeLoop && !traits.catches,
    lengths: traits.lengths,
    calls: traits.calls,
    movesLabels: traits.outlinedLoop,
    unrolled: planUnrolling(code, frameBytes),
  };
}
