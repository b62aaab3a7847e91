import type { Clock } from "@graph-dtmf/models";

/** How much is remembered, and for how long. */
export interface RecentLimits {
  clock: Clock;
  windowMs: number;
  most: number;
}

/** Something that is remembered, between what was met before and after it. */
export class Met<Key, Value> {
  readonly key: Key;
  readonly value: Value;
  readonly untilMs: number;
  before: Met<Key, Value> | undefined;
  after: Met<Key, Value> | undefined;

  constructor(key: Key, value: Value, untilMs: number) {
    this.key = key;
    this.value = value;
    this.untilMs = untilMs;
  }
}

/**
 * In what order things were met, and which are to be forgotten: after a time, and the oldest if there are too many.
 *
 * The order is kept by hand: to look for the first of a map steps over all that was deleted since it was last tidied up,
 * which is thousands of places, where thousands are remembered.
 */
export class RecentOrder<Key, Value> {
  readonly #limits: RecentLimits;
  #oldest: Met<Key, Value> | undefined;
  #newest: Met<Key, Value> | undefined;
  #size = 0;

  constructor(limits: RecentLimits) {
    this.#limits = limits;
  }

  /** What it stands for, unless its time is over. */
  valueOf(met: Met<Key, Value> | undefined): Value | undefined {
    return met && met.untilMs > this.#limits.clock.now() ? met.value : undefined;
  }

  add(key: Key, value: Value): Met<Key, Value> {
    const { clock, windowMs } = this.#limits;
    const met = new Met(key, value, clock.now() + windowMs);
    met.before = this.#newest;
    if (this.#newest) this.#newest.after = met;
    else this.#oldest = met;
    this.#newest = met;
    this.#size++;
    return met;
  }

  /** The oldest, if it is to be forgotten: its time was over when the newest was met, or there are too many. */
  get surplus(): Met<Key, Value> | undefined {
    const { windowMs, most } = this.#limits;
    if (!this.#oldest || !this.#newest) return undefined;
    const isOver = this.#oldest.untilMs <= this.#newest.untilMs - windowMs;
    return isOver || this.#size > most ? this.#oldest : undefined;
  }

  remove({ before, after }: Met<Key, Value>): void {
    if (before) before.after = after;
    else this.#oldest = after;
    if (after) after.before = before;
    else this.#newest = before;
    this.#size--;
  }
}
