import { type Met, type RecentLimits, RecentOrder } from "./recent-order.ts";

interface Place {
  readonly callId: string;
  readonly name: string;
}

/**
 * As `Recent`, by call and by a name in it: to join the two to one text for each question costs more than to look twice.
 */
export class RecentInCalls<Value> {
  readonly #order: RecentOrder<Place, Value>;
  readonly #calls = new Map<string, Map<string, Met<Place, Value>>>();

  constructor(limits: RecentLimits) {
    this.#order = new RecentOrder(limits);
  }

  get(callId: string, name: string): Value | undefined {
    return this.#order.valueOf(this.#calls.get(callId)?.get(name));
  }

  set(callId: string, name: string, value: Value): void {
    let call = this.#calls.get(callId);
    if (!call) {
      call = new Map();
      this.#calls.set(callId, call);
    }
    const known = call.get(name);
    if (known) this.#order.remove(known);
    call.set(name, this.#order.add({ callId, name }, value));
    for (let met = this.#order.surplus; met; met = this.#order.surplus) this.delete(met.key.callId, met.key.name);
  }

  delete(callId: string, name: string): void {
    const call = this.#calls.get(callId);
    const met = call?.get(name);
    if (!call || !met) return;
    call.delete(name);
    if (call.size === 0) this.#calls.delete(callId);
    this.#order.remove(met);
  }
}
