/** Code that a benchmark compares with other code. */
export interface Candidate {
  name: string;
  /** Runs one round. Resolves with its time in milliseconds, or with another cost. */
  round(): Promise<number>;
}

/** The costs of a candidate's rounds, in their order. */
export interface Measurement {
  name: string;
  rounds: readonly number[];
}

/**
 * Runs one round of each candidate, then the next round of each, so that other load on the machine affects all of them.
 *
 * @param options `warmUps`: how many first rounds are not measured. Default: 1.
 */
export async function runInterleaved(
  candidates: readonly Candidate[],
  rounds: number,
  { warmUps = 1 }: { warmUps?: number } = {},
): Promise<Measurement[]> {
  const costs = candidates.map((): number[] => []);
  for (let round = -warmUps; round < rounds; round++) {
    for (const [index, candidate] of candidates.entries()) {
      const cost = await candidate.round();
      if (round >= 0) costs[index]?.push(cost);
    }
  }
  return candidates.map(({ name }, index) => ({ name, rounds: costs[index] ?? [] }));
}

/**
 * The cost of one candidate divided by that of another: the median over pairs of rounds that ran one after the other.
 * A quotient of two medians would be less stable: other load may slow different rounds of each candidate.
 */
export function costRatio(one: Measurement | undefined, other: Measurement | undefined): number {
  return median((one?.rounds ?? []).map((cost, round) => cost / (other?.rounds[round] ?? Number.NaN)));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** The CPU time of this process during `run`, in milliseconds. Other processes do not add to it. */
export async function measureCpuMs(run: () => unknown): Promise<number> {
  const start = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** The elapsed time of `run`, in milliseconds. */
export async function measureMs(run: () => unknown): Promise<number> {
  const startMs = performance.now();
  await run();
  return performance.now() - startMs;
}
