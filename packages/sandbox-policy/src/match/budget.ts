import type { CommandBudget, DenyReason } from "../reasons.ts";
import type { SandboxPolicy } from "../schema.ts";

/** What one evaluation has used up so far. */
export interface BudgetSpent {
  /** Commands that were started. */
  readonly executions: number;
  /** Wall-clock milliseconds of all of them together. */
  readonly totalTimeMs: number;
  /** Output bytes that were kept, of both streams of all of them together. */
  readonly totalOutputBytes: number;
  readonly logLines: number;
  readonly logBytes: number;
}

const COMMAND_BUDGETS = [
  "executions",
  "totalTimeMs",
  "totalOutputBytes",
] as const satisfies readonly CommandBudget[];

/** What of the budgets for commands is left, each more than 0 unless it is exhausted. */
export type BudgetLeft = Readonly<Record<CommandBudget, number>>;

/**
 * Is there anything left to run a command with? Log lines and bytes are budgets too, but never stop a command: past
 * them, whoever keeps the log drops lines and counts them.
 *
 * @throws {RangeError} as `budgetLeft` does.
 */
export function matchBudget(budget: SandboxPolicy["budget"], spent: BudgetSpent): readonly DenyReason[] {
  const left = budgetLeft(budget, spent);
  const maximum = maximumOf(budget);
  return COMMAND_BUDGETS.filter((name) => left[name] <= 0).map((name) => ({
    code: "BUDGET_EXHAUSTED",
    budget: name,
    spent: spent[name],
    maximum: maximum[name],
  }));
}

/**
 * What is left of the budgets for commands, in whole numbers.
 *
 * @throws {RangeError} when what is spent is anything but a number from 0: a broken count must not read as "nothing".
 */
export function budgetLeft(budget: SandboxPolicy["budget"], spent: BudgetSpent): BudgetLeft {
  const { executions, totalTimeMs, totalOutputBytes } = maximumOf(budget);
  return {
    executions: difference(executions, spent.executions),
    totalTimeMs: difference(totalTimeMs, spent.totalTimeMs),
    totalOutputBytes: difference(totalOutputBytes, spent.totalOutputBytes),
  };
}

function maximumOf({
  maxExecutions,
  maxTotalTimeMs,
  maxTotalOutputBytes,
}: SandboxPolicy["budget"]): BudgetLeft {
  return { executions: maxExecutions, totalTimeMs: maxTotalTimeMs, totalOutputBytes: maxTotalOutputBytes };
}

function difference(maximum: number, spent: number): number {
  if (!(typeof spent === "number" && spent >= 0))
    throw new RangeError("what is spent is not a number from 0");
  // A clock gives fractions. Rounding up keeps a budget that is not exhausted usable, by less than one.
  return Math.ceil(maximum - spent);
}
