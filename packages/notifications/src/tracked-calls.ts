import { type CommsOperation, normalizeId } from "@graph-dtmf/models";
import type { EndedOperation } from "./ended-operation.ts";
import { Latest } from "./latest.ts";
import type { PendingEntry } from "./pending-entry.ts";
import { type CallEnd, type EndedCall, type KnownOperation, TrackedCall } from "./tracked-call.ts";

/** How many ends of operations, and how many of calls, are remembered: the latest. */
const MOST_REMEMBERED = 10_000;

/** All calls in which somebody waits, or of which something is remembered. */
export class TrackedCalls {
  readonly #calls = new Map<string, TrackedCall>();
  readonly #endedOperations = new Latest<KnownOperation>(MOST_REMEMBERED);
  readonly #endedCalls = new Latest<TrackedCall>(MOST_REMEMBERED);
  #pending = 0;

  /** How many operations are waited for. */
  get pending(): number {
    return this.#pending;
  }

  /** By its id in any spelling. */
  find(callId: string): TrackedCall | undefined {
    // Nearly every id is spelled as we do, and to look costs less than to make sure.
    return this.#calls.get(callId) ?? this.#calls.get(normalizeId(callId));
  }

  /** As {@link find}; made if nothing is known of it. */
  of(callId: string): TrackedCall {
    const known = this.#calls.get(callId);
    if (known) return known;
    const id = normalizeId(callId);
    let call = id === callId ? undefined : this.#calls.get(id);
    if (!call) {
      call = new TrackedCall(id);
      this.#calls.set(id, call);
    }
    return call;
  }

  add(entry: PendingEntry): void {
    entry.call.add(entry);
    this.#pending++;
  }

  /** Nobody waits for it any more. */
  end(entry: PendingEntry): void {
    this.#pending--;
    this.#remember(entry.call.end(entry));
    this.dropIfIdle(entry.call);
  }

  /** An operation is over for which nobody waits. */
  note(call: TrackedCall, operation: CommsOperation): EndedOperation {
    const ended = call.note(operation);
    this.#remember(ended);
    return ended;
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

  #remember(known: KnownOperation | undefined): void {
    const oldest = known && this.#endedOperations.add(known);
    if (!oldest) return;
    oldest.call.forget(oldest);
    this.dropIfIdle(oldest.call);
  }
}
