import { ExpectedCall } from "./expected-call.ts";
import type { PendingEntry } from "./pending-entry.ts";

/** All that is waited for, found by what notifications carry. Ids of calls are normalised by whoever asks. */
export class ExpectedOperations {
  readonly #calls = new Map<string, ExpectedCall>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(callId: string, clientContext: string): PendingEntry | undefined {
    return this.#calls.get(callId)?.get(clientContext);
  }

  add(entry: PendingEntry): void {
    entry.call.add(entry);
    this.#size++;
  }

  remove(entry: PendingEntry): void {
    entry.call.remove(entry);
    this.#size--;
    this.dropIfIdle(entry.call);
  }

  /** What is known of a call in which somebody waits. */
  callIfAny(callId: string): ExpectedCall | undefined {
    return this.#calls.get(callId);
  }

  call(callId: string): ExpectedCall {
    let call = this.#calls.get(callId);
    if (!call) {
      call = new ExpectedCall(callId);
      this.#calls.set(callId, call);
    }
    return call;
  }

  dropIfIdle(call: ExpectedCall): void {
    if (call.isIdle) this.#calls.delete(call.id);
  }

  *entries(): Generator<PendingEntry> {
    for (const call of this.#calls.values()) yield* call.entries();
  }

  calls(): IterableIterator<ExpectedCall> {
    return this.#calls.values();
  }
}
