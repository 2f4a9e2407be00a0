/** Who waits for something, the highest priority first; those of the same priority in the order in which they came. */
export interface WaitingLine<T> {
  readonly length: number;
  add(waiting: T, priority: number): void;
  first(): T | null;
  remove(waiting: T): void;
}

export function createWaitingLine<T>(): WaitingLine<T> {
  const line: { readonly waiting: T; readonly priority: number }[] = [];

  return {
    get length() {
      return line.length;
    },
    add(waiting, priority) {
      const before = line.findLastIndex((each) => each.priority >= priority);
      line.splice(before + 1, 0, { waiting, priority });
    },
    first: () => line[0]?.waiting ?? null,
    remove(waiting) {
      const at = line.findIndex((each) => each.waiting === waiting);
      if (at >= 0) line.splice(at, 1);
    },
  };
}
