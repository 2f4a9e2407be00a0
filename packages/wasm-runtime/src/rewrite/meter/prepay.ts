import { createHeap } from "./heap.ts";
import { JUNCTION, type Stretches } from "./stretches.ts";

/** The prepayment at a junction from which no way leads to the end of the function. */
export const NEVER = Number.POSITIVE_INFINITY;

/**
 * How much is paid in advance when control passes each junction: what the cheapest way from there to the end of the
 * function costs. Whoever passes it has to run at least that; so every stretch on a cheapest way finds itself paid, and
 * the others add what they cost more. Nothing is paid in advance where a function is entered, and where it is left.
 */
export function planPrepayments({ costs, from, to, junctions }: Stretches): Float64Array {
  const prepaid = new Float64Array(junctions).fill(NEVER);
  const arriving = groupBy(to, junctions);
  // Dijkstra's algorithm, from the end backwards. A cost and its junction are one number, ordered by the cost.
  const heap = createHeap();
  prepaid[JUNCTION.exit] = 0;
  heap.push(JUNCTION.exit);
  for (let next = heap.pop(); next !== undefined; next = heap.pop()) {
    const junction = next % junctions;
    const cost = (next - junction) / junctions;
    if (cost > (prepaid[junction] ?? 0)) continue;
    for (let at = arriving.first[junction] ?? 0; at < (arriving.first[junction + 1] ?? 0); at++) {
      const stretch = arriving.members[at] ?? 0;
      const before = from[stretch] ?? 0;
      const total = cost + (costs[stretch] ?? 0);
      if (total >= (prepaid[before] ?? 0)) continue;
      prepaid[before] = total;
      heap.push(total * junctions + before);
    }
  }
  prepaid[JUNCTION.entry] = 0;
  return prepaid;
}

/** The indices at which each key stands: those of key `k` are `members[first[k]]` until `members[first[k + 1]]`. */
function groupBy(
  keys: readonly number[],
  keyCount: number,
): { readonly first: Uint32Array; readonly members: Uint32Array } {
  const first = new Uint32Array(keyCount + 2);
  for (const key of keys) first[key + 2] = (first[key + 2] ?? 0) + 1;
  for (let key = 2; key < first.length; key++) first[key] = (first[key] ?? 0) + (first[key - 1] ?? 0);
  const members = new Uint32Array(keys.length);
  for (const [index, key] of keys.entries()) {
    const place = first[key + 1] ?? 0;
    members[place] = index;
    first[key + 1] = place + 1;
  }
  return { first, members };
}
