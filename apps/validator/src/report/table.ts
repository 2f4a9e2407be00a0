import { fitText, textWidth } from "./text-width.ts";

/** A column of a table. */
export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
  /** Gets what the others leave, and is cut to it. One column of a table has this. */
  readonly flexible?: boolean;
}

const GAP = "  ";
const LEAST_FLEXIBLE_WIDTH = 12;

/** Lines of a table, the titles first, at most `width` columns wide where that is possible. The cells hold no control characters. */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): string[] {
  const all = [columns.map(({ title }) => title), ...rows];
  const natural = columns.map((_, index) => Math.max(...all.map((row) => textWidth(row[index] ?? ""))));
  const fixed = columns.reduce((sum, { flexible }, index) => sum + (flexible ? 0 : (natural[index] ?? 0)), 0);
  const left = Math.max(LEAST_FLEXIBLE_WIDTH, width - fixed - GAP.length * (columns.length - 1));
  const widths = columns.map(({ flexible }, index) =>
    flexible ? Math.min(natural[index] ?? 0, left) : (natural[index] ?? 0),
  );
  return all.map((row) =>
    columns
      .map(({ align }, index) =>
        padded(fitText(row[index] ?? "", widths[index] ?? 0), widths[index] ?? 0, align),
      )
      .join(GAP)
      .trimEnd(),
  );
}

function padded(text: string, width: number, align: Column["align"]): string {
  const padding = " ".repeat(Math.max(0, width - textWidth(text)));
  return align === "left" ? `${text}${padding}` : `${padding}${text}`;
}
