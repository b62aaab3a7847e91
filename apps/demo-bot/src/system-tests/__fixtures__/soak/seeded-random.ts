/** Chance that can be had again: the same seed gives the same throws. */
export interface Dice {
  /** From 0 up to, and without, 1. */
  chance(): number;
  /** From the one up to and including the other. */
  between(from: number, to: number): number;
  pick<T>(of: readonly T[]): T;
}

/** Marsaglia's xorshift, which is random enough for weather. */
export function createDice(seed: number): Dice {
  let state = seed | 0 || 1;
  const chance = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  return {
    chance,
    between: (from, to) => from + Math.floor(chance() * (to - from + 1)),
    pick: <T>(of: readonly T[]) => of[Math.floor(chance() * of.length)] as T,
  };
}
