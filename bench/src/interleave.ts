/** One thing to measure. */
export interface Case {
  readonly name: string;
  /** Makes what a run needs, untimed, and returns the run, which is timed, and the clean-up, which is not. */
  readonly prepare: () => Promise<Prepared>;
}

export interface Prepared {
  readonly run: () => Promise<void>;
  readonly finish?: () => Promise<void>;
}

/** A case that needs no preparation. */
export function plainCase(name: string, run: () => Promise<void>): Case {
  return { name, prepare: async () => ({ run }) };
}

export interface Measured {
  readonly name: string;
  readonly count: number;
  readonly medianMs: number;
  readonly p10Ms: number;
  readonly p95Ms: number;
}

/**
 * Measures cases in turn, one run of each per round, the order rotated by one each round: a machine whose speed drifts slows all of them down, so
 * their ratios hold where absolute times do not.
 */
export async function measureInterleaved(
  cases: readonly Case[],
  { rounds, warmUpRounds }: { readonly rounds: number; readonly warmUpRounds: number },
): Promise<readonly Measured[]> {
  const timesMs = new Map(cases.map((one) => [one.name, [] as number[]]));
  for (let round = -warmUpRounds; round < rounds; round += 1) {
    for (let index = 0; index < cases.length; index += 1) {
      const one = cases[(index + round + warmUpRounds) % cases.length];
      if (one === undefined) continue;
      const elapsedMs = await measureOnce(one);
      if (round >= 0) timesMs.get(one.name)?.push(elapsedMs);
    }
  }
  return cases.map(({ name }) => summarize(name, timesMs.get(name) ?? []));
}

async function measureOnce({ prepare }: Case): Promise<number> {
  const { run, finish } = await prepare();
  const startedAt = performance.now();
  await run();
  const elapsedMs = performance.now() - startedAt;
  await finish?.();
  return elapsedMs;
}

function summarize(name: string, timesMs: readonly number[]): Measured {
  const sorted = timesMs.toSorted((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return { name, count: sorted.length, medianMs: at(0.5), p10Ms: at(0.1), p95Ms: at(0.95) };
}
