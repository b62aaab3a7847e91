import { RecentInCalls } from "./recent-in-calls.ts";
import type { RecentLimits } from "./recent-order.ts";
import type { HeardEnd } from "./store-link.ts";

/** Which ends of operations were heard. One without an id is none of them, for nothing would tell it from another one. */
export class HeardEnds {
  readonly #ends: RecentInCalls<HeardEnd>;

  constructor(limits: RecentLimits) {
    this.#ends = new RecentInCalls(limits);
  }

  get(callId: string, operationId: string | undefined): HeardEnd | undefined {
    return operationId ? this.#ends.get(callId, operationId) : undefined;
  }

  /** From now on it was heard. */
  note(callId: string, operationId: string | undefined): HeardEnd {
    const end = { isKept: false };
    if (operationId) this.#ends.set(callId, operationId, end);
    return end;
  }

  /** What is known of it, noted if nothing was. */
  of(callId: string, operationId: string | undefined): HeardEnd {
    return this.get(callId, operationId) ?? this.note(callId, operationId);
  }
}
