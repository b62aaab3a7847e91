import { BoundedMap } from "../collections/bounded-map.ts";
import type { CallEnd, EndedCall } from "./call-end.ts";
import { TrackedCall } from "./tracked-call.ts";
import type { TrackedOperation } from "./tracked-operation.ts";

/** The maximum number of ended calls. The oldest is forgotten first. */
const MAX_ENDED = 10_000;

/** All calls with pending operations, and the latest that have ended, by their normalized ids. */
export class TrackedCalls {
  readonly #calls = new Map<string, TrackedCall>();
  readonly #endedCalls = new BoundedMap<TrackedCall>({
    maxSize: MAX_ENDED,
    onEvict: (call) => {
      call.ended = undefined;
      this.deleteIfIdle(call);
    },
  });
  #pending = 0;

  /** The number of pending operations. */
  get pending(): number {
    return this.#pending;
  }

  get(callId: string): TrackedCall | undefined {
    return this.#calls.get(callId);
  }

  /** As {@link get}; creates the call if necessary. */
  getOrCreate(callId: string): TrackedCall {
    const existing = this.#calls.get(callId);
    if (existing) return existing;
    const call = new TrackedCall(callId);
    this.#calls.set(callId, call);
    return call;
  }

  add(operation: TrackedOperation): void {
    this.getOrCreate(operation.callId).add(operation);
    this.#pending++;
  }

  /** Removes an operation that is no longer pending. */
  remove(operation: TrackedOperation): void {
    this.#pending--;
    const call = this.#calls.get(operation.callId);
    if (!call) return;
    call.remove(operation);
    this.deleteIfIdle(call);
  }

  endCall(call: TrackedCall, end: CallEnd): EndedCall {
    call.ended = { end, isStored: false };
    this.#endedCalls.set(call.id, call);
    return call.ended;
  }

  deleteIfIdle(call: TrackedCall): void {
    if (call.isIdle) this.#calls.delete(call.id);
  }

  [Symbol.iterator](): IterableIterator<TrackedCall> {
    return this.#calls.values();
  }
}
