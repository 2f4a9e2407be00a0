/** Numbers, of which always the least is taken. */
export interface Heap {
  push(value: number): void;
  pop(): number | undefined;
}

export function createHeap(): Heap {
  const values: number[] = [];

  return {
    push(value) {
      let at = values.push(value) - 1;
      while (at > 0) {
        const above = (at - 1) >> 1;
        const other = values[above] ?? 0;
        if (other <= value) break;
        values[at] = other;
        at = above;
      }
      values[at] = value;
    },
    pop() {
      const least = values[0];
      const moved = values.pop();
      if (moved === undefined || values.length === 0) return least;
      let at = 0;
      for (let below = 1; below < values.length; below = 2 * at + 1) {
        const right = values[below + 1] ?? Number.POSITIVE_INFINITY;
        const smaller = right < (values[below] ?? 0) ? below + 1 : below;
        const other = values[smaller] ?? 0;
        if (moved <= other) break;
        values[at] = other;
        at = smaller;
      }
      values[at] = moved;
      return least;
    },
  };
}
