import type { CommsOperation } from "@graph-dtmf/models";
import type { PendingEntry } from "./pending-entry.ts";
import type { ToneSubscription } from "./tracker-types.ts";

/** Notices when Graph has taken a request to tell which keys people press. */
export class ToneSubscriptions {
  /** Those that Graph has not taken yet, with the time at which they were made. */
  readonly #asked = new Map<PendingEntry, number>();
  readonly #listeners = new Set<(subscription: ToneSubscription) => void>();

  asked(entry: PendingEntry, nowMs: number): void {
    this.#asked.set(entry, nowMs);
  }

  /** An answer or a notification says of an operation that it was taken, unless it says that it failed. */
  heard(entry: PendingEntry, { status }: CommsOperation): void {
    // Nearly always there are none, and to look for an object in a map costs a multiple of that.
    const sinceMs = this.#asked.size > 0 ? this.#asked.get(entry) : undefined;
    if (sinceMs === undefined || status === "failed") return;
    this.#asked.delete(entry);
    for (const heard of this.#listeners) heard({ callId: entry.call.id, sinceMs });
  }

  forget(entry: PendingEntry): void {
    if (this.#asked.size > 0) this.#asked.delete(entry);
  }

  listen(heard: (subscription: ToneSubscription) => void): () => void {
    this.#listeners.add(heard);
    return () => this.#listeners.delete(heard);
  }
}
