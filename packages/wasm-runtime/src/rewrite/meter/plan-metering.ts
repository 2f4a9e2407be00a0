import type { FunctionCode } from "../function-code.ts";
import { type ChargePlan, planCharges } from "./plan-charges.ts";
import { readTraits } from "./traits.ts";

/** How one function is metered. */
export interface MeteringPlan extends ChargePlan {
  /** Whether the fuel is asked for on entry. */
  readonly checkedOnEntry: boolean;
  /** Whether the count is kept in a local, and in the global only where somebody else may look. */
  readonly cached: boolean;
  /** Whether any instruction is charged by length. */
  readonly lengths: boolean;
  readonly calls: boolean;
  /** Whether labels stand elsewhere than in the original, because checks of loops are moved out of them. */
  readonly movesLabels: boolean;
}

/** @param importedFunctions - how many functions the module imports. */
export type MeteringPlanner = (code: FunctionCode, importedFunctions: number) => MeteringPlan;

/**
 * What a function that calls nothing may cost without being asked for its fuel: what runs between two checks is at most
 * one function's code, and this for each of its calls.
 */
const UNCHECKED_FUEL = 64;

/** The one that is used. */
export function planMetering(code: FunctionCode, importedFunctions: number): MeteringPlan {
  const { charges, total } = planCharges(code, importedFunctions);
  const traits = readTraits(code);
  return {
    charges,
    total,
    checkedOnEntry: traits.calls || total > UNCHECKED_FUEL,
    // Where an exception is caught, callees have spent fuel that a local would not know of.
    cached: traits.callFreeLoop && !traits.catches,
    lengths: traits.lengths,
    calls: traits.calls,
    movesLabels: traits.outlinedLoop,
  };
}
