import type { CommsOperation } from "@graph-dtmf/models";
import { ExpectedCall } from "./expected-call.ts";
import { waitKey } from "./operation-key.ts";
import type { PendingEntry } from "./pending-entry.ts";

/** All that is waited for, found by what notifications carry. Ids of calls are normalised by whoever asks. */
export class ExpectedOperations {
  readonly #entries = new Map<string, PendingEntry>();
  readonly #calls = new Map<string, ExpectedCall>();

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): PendingEntry | undefined {
    return this.#entries.get(key);
  }

  add(entry: PendingEntry): void {
    this.#entries.set(entry.key, entry);
    entry.call.add(entry);
  }

  remove(entry: PendingEntry): void {
    this.#entries.delete(entry.key);
    entry.call.remove(entry);
    this.dropIfIdle(entry.call);
  }

  /** Whose operation this is: by clientContext, else by its id. If both sides know an id and they differ, it is not theirs. */
  match(callId: string, operation: Pick<CommsOperation, "id" | "clientContext">): PendingEntry | undefined {
    const { id, clientContext } = operation;
    const entry = clientContext === undefined ? undefined : this.#entries.get(waitKey(callId, clientContext));
    if (entry && (!id || !entry.operationId || entry.operationId === id)) return entry;
    return id ? this.#calls.get(callId)?.byOperationId(id) : undefined;
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

  entries(): IterableIterator<PendingEntry> {
    return this.#entries.values();
  }

  calls(): IterableIterator<ExpectedCall> {
    return this.#calls.values();
  }
}
