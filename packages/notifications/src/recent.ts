import type { Clock } from "@graph-dtmf/models";

/** How much is remembered, and for how long. */
export interface RecentLimits {
  clock: Clock;
  windowMs: number;
  most: number;
}

/** One of them, between those that were met before and after it. */
interface Met<Value> {
  readonly key: string;
  value: Value;
  untilMs: number;
  before: Met<Value> | undefined;
  after: Met<Value> | undefined;
}

/** What was met lately, by key: forgotten after a time, and the oldest first if there is too much. */
export class Recent<Value> {
  readonly #limits: RecentLimits;
  readonly #met = new Map<string, Met<Value>>();
  /**
   * Their order is kept by hand: to look for the first of a map steps over all that was deleted since it was last tidied
   * up, which is thousands of places, where thousands are remembered.
   */
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
    const { clock, windowMs, most } = this.#limits;
    const nowMs = clock.now();
    const known = this.#met.get(key);
    if (known) this.#unlink(known);
    const met = { key, value, untilMs: nowMs + windowMs, before: this.#newest, after: undefined };
    if (this.#newest) this.#newest.after = met;
    else this.#oldest = met;
    this.#newest = met;
    this.#met.set(key, met);
    while (this.#oldest && (this.#met.size > most || this.#oldest.untilMs <= nowMs)) this.delete(this.#oldest.key);
  }

  delete(key: string): void {
    const met = this.#met.get(key);
    if (!met) return;
    this.#met.delete(key);
    this.#unlink(met);
  }

  #unlink({ before, after }: Met<Value>): void {
    if (before) before.after = after;
    else this.#oldest = after;
    if (after) after.before = before;
    else this.#newest = before;
  }
}
