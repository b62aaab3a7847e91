import { Latest } from "../collections/latest.ts";
import { PassingMap } from "../collections/passing-map.ts";
import type { PendingEntry } from "./pending-entry.ts";
import { type CallEnd, type EndedCall, TrackedCall } from "./tracked-call.ts";

/** How many ends of calls are remembered: the latest. */
const MOST_REMEMBERED = 10_000;

/** All calls in which somebody waits, or that have ended, by their ids as we spell them. */
export class TrackedCalls {
  readonly #calls = new PassingMap<string, TrackedCall>();
  readonly #endedCalls = new Latest<TrackedCall>(MOST_REMEMBERED);
  #pending = 0;

  /** How many operations are waited for. */
  get pending(): number {
    return this.#pending;
  }

  find(callId: string): TrackedCall | undefined {
    return this.#calls.get(callId);
  }

  /** As {@link find}; made if nothing is known of it. */
  of(callId: string): TrackedCall {
    const known = this.find(callId);
    if (known) return known;
    const call = new TrackedCall(callId);
    this.#calls.set(callId, call);
    return call;
  }

  add(entry: PendingEntry): void {
    entry.call.add(entry);
    this.#pending++;
  }

  /** Nobody waits for it any more. */
  remove(entry: PendingEntry): void {
    entry.call.remove(entry);
    this.#pending--;
    this.dropIfIdle(entry.call);
  }

  endCall(call: TrackedCall, end: CallEnd): EndedCall {
    call.ended = { end, isKept: false };
    const oldest = this.#endedCalls.add(call);
    if (oldest) {
      oldest.ended = undefined;
      this.dropIfIdle(oldest);
    }
    return call.ended;
  }

  dropIfIdle(call: TrackedCall): void {
    if (call.isIdle) this.#calls.delete(call.id);
  }

  [Symbol.iterator](): IterableIterator<TrackedCall> {
    return this.#calls.values();
  }
}
