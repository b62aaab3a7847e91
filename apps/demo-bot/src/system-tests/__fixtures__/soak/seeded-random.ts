/** Random values that a seed determines. */
export interface SeededRandom {
  /** A number from 0 up to, but not including, 1. */
  fraction(): number;
  /** An integer from `from` to `to`, both included. */
  between(from: number, to: number): number;
  /** One of the values. */
  pick<T>(values: readonly T[]): T;
}

/** Creates a generator that returns the same values for the same seed (Marsaglia's xorshift, 32 bits). */
export function createSeededRandom(seed: number): SeededRandom {
  let state = seed | 0 || 1;
  const fraction = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  return {
    fraction,
    between: (from, to) => from + Math.floor(fraction() * (to - from + 1)),
    pick: <T>(values: readonly T[]) => values[Math.floor(fraction() * values.length)] as T,
  };
}
