/** The part of a terminal stream that is used here. */
export interface LineOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** One line at the bottom of a terminal that says what goes on, below everything else that is written through it. */
export interface StatusLine extends Disposable {
  /** Writes `text`, whole lines, above the status. */
  write(text: string): void;
}

const FIRST_AFTER_MS = 1000;
const EVERY_MS = 250;
const CLEAR_LINE = "\r\u001b[2K";
const LEAST_COLUMNS = 20;

/**
 * Shows what `describe` says, once something takes longer than a second and while it goes on. Shows nothing when `output` is no terminal:
 * then it is only a way to write.
 */
export function startStatusLine(output: LineOutput, describe: (elapsedMs: number) => string): StatusLine {
  const startedAt = performance.now();
  let shown = false;
  let timer: NodeJS.Timeout | null = null;

  const clear = () => {
    if (shown) output.write(CLEAR_LINE);
    shown = false;
  };
  const show = () => {
    // Some terminals say 0 columns; a line that wraps cannot be cleared.
    const columns = Math.max(LEAST_COLUMNS, output.columns ?? 0) - 1;
    output.write(`${CLEAR_LINE}${describe(performance.now() - startedAt).slice(0, columns)}`);
    shown = true;
  };
  if (output.isTTY === true) {
    timer = setTimeout(() => {
      show();
      timer = setInterval(show, EVERY_MS).unref();
    }, FIRST_AFTER_MS).unref();
  }
  return {
    write(text) {
      clear();
      output.write(text);
    },
    [Symbol.dispose]() {
      if (timer !== null) clearTimeout(timer);
      clear();
    },
  };
}
