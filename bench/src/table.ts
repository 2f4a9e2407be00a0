import type { Measured } from "./interleave.ts";

/** Prints medians and how they compare, as ratios to each named base. */
export function printTable(title: string, measured: readonly Measured[], bases: readonly string[]): void {
  const ratioTo = (base: string, { medianMs }: Measured) => {
    const found = measured.find(({ name }) => name === base);
    return found === undefined ? "" : (medianMs / found.medianMs).toFixed(2);
  };
  const header = ["case", "n", "median ms", "p10", "p95", ...bases.map((base) => `× ${base}`)];
  const rows = measured.map((one) => [
    one.name,
    String(one.count),
    ...[one.medianMs, one.p10Ms, one.p95Ms].map((ms) => ms.toFixed(3)),
    ...bases.map((base) => ratioTo(base, one)),
  ]);
  printRows(title, [header, ...rows]);
}

/** Prints rows in columns, the first one to the left. */
export function printRows(title: string, rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ");
  console.log(`\n${title}\n`);
  for (const row of rows) console.log(line(row).trimEnd());
}
