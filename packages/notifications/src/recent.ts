import { type Met, type RecentLimits, RecentOrder } from "./recent-order.ts";

/** What was met lately, by key: forgotten after a time, and the oldest first if there is too much. */
export class Recent<Value> {
  readonly #order: RecentOrder<string, Value>;
  readonly #met = new Map<string, Met<string, Value>>();

  constructor(limits: RecentLimits) {
    this.#order = new RecentOrder(limits);
  }

  get(key: string): Value | undefined {
    return this.#order.valueOf(this.#met.get(key));
  }

  set(key: string, value: Value): void {
    const known = this.#met.get(key);
    if (known) this.#order.remove(known);
    this.#met.set(key, this.#order.add(key, value));
    for (let met = this.#order.surplus; met; met = this.#order.surplus) this.delete(met.key);
  }

  delete(key: string): void {
    const met = this.#met.get(key);
    if (!met) return;
    this.#met.delete(key);
    this.#order.remove(met);
  }
}
