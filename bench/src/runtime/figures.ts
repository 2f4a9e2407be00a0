import { printRows } from "../table.ts";

/** One measured number. */
export interface Figure {
  readonly name: string;
  /** How many measurements are behind it. */
  readonly n: number;
  readonly value: number;
  readonly unit: string;
  /** What it should be; absent for what is only there to compare with. */
  readonly target?: Target;
}

export type Target = { readonly atMost: number } | { readonly atLeast: number } | { readonly below: number };

/** Prints figures, and beside each its target and whether it is met. */
export function printFigures(title: string, figures: readonly Figure[]): void {
  const header = ["figure", "n", "value", "unit", "target", ""];
  const rows = figures.map(({ name, n, value, unit, target }) => [
    name,
    String(n),
    formatNumber(value),
    unit,
    target === undefined ? "" : formatTarget(target),
    target === undefined ? "" : isMet(value, target) ? "met" : "MISSED",
  ]);
  printRows(title, [header, ...rows]);
}

function isMet(value: number, target: Target): boolean {
  if ("atMost" in target) return value <= target.atMost;
  return "atLeast" in target ? value >= target.atLeast : value < target.below;
}

function formatTarget(target: Target): string {
  if ("atMost" in target) return `≤ ${target.atMost}`;
  return "atLeast" in target ? `≥ ${target.atLeast}` : `< ${target.below}`;
}

function formatNumber(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(3);
}
