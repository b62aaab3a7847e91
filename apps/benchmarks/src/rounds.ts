/** Something to measure: how long one round of it takes, in milliseconds. */
export interface Contestant {
  name: string;
  round(): Promise<number>;
}

/** What a contestant came to: how long each of its rounds took, in their order. */
export interface Measured {
  name: string;
  roundsMs: readonly number[];
}

/**
 * Runs the contestants in turns, so that whatever else the machine does meanwhile meets all of them. The first rounds
 * of each only warm up: one, or as many as are asked for.
 */
export async function inTurns(
  contestants: readonly Contestant[],
  rounds: number,
  { warmUps = 1 }: { warmUps?: number } = {},
): Promise<Measured[]> {
  const times = contestants.map((): number[] => []);
  for (let round = -warmUps; round < rounds; round++) {
    for (const [index, contestant] of contestants.entries()) {
      const ms = await contestant.round();
      if (round >= 0) times[index]?.push(ms);
    }
  }
  return contestants.map(({ name }, index) => ({ name, roundsMs: times[index] ?? [] }));
}

/**
 * How many times as long the one took as the other: the median over the rounds, each against the one that it took turns
 * with. A machine that is slow for seconds is slow for both of a pair, while the medians of all rounds may be of different
 * seconds.
 */
export function timesAsLong(one: Measured | undefined, other: Measured | undefined): number {
  return median((one?.roundsMs ?? []).map((ms, round) => ms / (other?.roundsMs[round] ?? Number.NaN)));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Time of the processor that this process spent on something, in milliseconds: other programs do not lengthen it. */
export async function cpuTimed(run: () => unknown): Promise<number> {
  const start = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** Wall-clock time of something, in milliseconds. */
export async function timed(run: () => unknown): Promise<number> {
  const startMs = performance.now();
  await run();
  return performance.now() - startMs;
}
