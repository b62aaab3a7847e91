import type { Clock } from "@graph-dtmf/models";

/** How much is remembered, and for how long. */
export interface RecentLimits {
  clock: Clock;
  windowMs: number;
  most: number;
}

/** What was met lately, by key: forgotten after a time, and the oldest first if there is too much. */
export class Recent<Value> {
  readonly #limits: RecentLimits;
  /** In the order in which they were met. */
  readonly #met = new Map<string, { value: Value; untilMs: number }>();

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
    for (const [oldest, { untilMs }] of this.#met) {
      if (this.#met.size <= most && untilMs > nowMs) break;
      this.#met.delete(oldest);
    }
  }

  delete(key: string): void {
    this.#met.delete(key);
  }
}
