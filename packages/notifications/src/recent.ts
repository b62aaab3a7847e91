import type { Clock } from "@graph-dtmf/models";

/** How much is remembered, and for how long. */
export interface RecentLimits {
  clock: Clock;
  windowMs: number;
  most: number;
}

interface Met<Value> {
  value: Value;
  untilMs: number;
}

/** What was met lately, by key: forgotten after a time, and the oldest first if there is too much. */
export class Recent<Value> {
  readonly #limits: RecentLimits;
  /** In the order in which they were met. */
  readonly #met = new Map<string, Met<Value>>();
  /**
   * Walks behind the newest, from the oldest on. A walk that begins anew at each `set` steps over all that was deleted
   * since the map was last tidied up: thousands of places, where thousands are remembered.
   */
  #walk: Iterator<[string, Met<Value>]> = this.#met.entries();
  #oldest: [string, Met<Value>] | undefined;

  constructor(limits: RecentLimits) {
    this.#limits = limits;
  }

  get(key: string): Value | undefined {
    const met = this.#met.get(key);
    return met && met.untilMs > this.#limits.clock.now() ? met.value : undefined;
  }

  set(key: string, value: Value): void {
    const { clock, windowMs, most } = this.#limits;
    const nowMs = clock.now();
    this.#met.delete(key);
    this.#met.set(key, { value, untilMs: nowMs + windowMs });
    for (let oldest = this.#findOldest(); oldest; oldest = this.#findOldest()) {
      const [oldestKey, { untilMs }] = oldest;
      if (this.#met.size <= most && untilMs > nowMs) break;
      this.#met.delete(oldestKey);
    }
  }

  delete(key: string): void {
    this.#met.delete(key);
  }

  #findOldest(): [string, Met<Value>] | undefined {
    while (!this.#oldest || this.#met.get(this.#oldest[0]) !== this.#oldest[1]) {
      const next = this.#walk.next();
      this.#oldest = next.done ? undefined : next.value;
      if (!next.done) continue;
      if (this.#met.size === 0) return undefined;
      // A walk that has come to its end does not go on.
      this.#walk = this.#met.entries();
    }
    return this.#oldest;
  }
}
