import type { Clock } from "@graph-dtmf/models";

/** How much is remembered, and for how long. */
export interface RecentLimits {
  clock: Clock;
  windowMs: number;
  most: number;
}

/** Something that is remembered, between what was met before and after it. */
interface Met<Value> {
  readonly key: string;
  readonly value: Value;
  readonly untilMs: number;
  before: Met<Value> | undefined;
  after: Met<Value> | undefined;
}

/**
 * What was met lately, by key: forgotten after a time, and the oldest first if there is too much.
 *
 * The order is kept by hand: to look for the first of a map steps over all that was deleted since it was last tidied up,
 * which is thousands of places, where thousands are remembered.
 */
export class Recent<Value> {
  readonly #limits: RecentLimits;
  readonly #met = new Map<string, Met<Value>>();
  #oldest: Met<Value> | undefined;
  #newest: Met<Value> | undefined;

  constructor(limits: RecentLimits) {
    this.#limits = limits;
  }

  get(key: string): Value | undefined {
    const met = this.#met.get(key);
    return met && met.untilMs > this.#limits.clock.now() ? met.value : undefined;
  }

  set(key: string, value: Value): void {
    this.delete(key);
    const nowMs = this.#limits.clock.now();
    const met = { key, value, untilMs: nowMs + this.#limits.windowMs, before: this.#newest, after: undefined };
    if (this.#newest) this.#newest.after = met;
    else this.#oldest = met;
    this.#newest = met;
    this.#met.set(key, met);
    while (this.#oldest && (this.#oldest.untilMs <= nowMs || this.#met.size > this.#limits.most)) {
      this.delete(this.#oldest.key);
    }
  }

  delete(key: string): void {
    const met = this.#met.get(key);
    if (!met) return;
    this.#met.delete(key);
    const { before, after } = met;
    if (before) before.after = after;
    else this.#oldest = after;
    if (after) after.before = before;
    else this.#newest = before;
  }
}
