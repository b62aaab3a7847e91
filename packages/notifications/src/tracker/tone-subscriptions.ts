import type { CommsOperation } from "@graph-dtmf/models";
import type { ToneSubscription } from "./operation-tracker.ts";
import type { TrackedOperation } from "./tracked-operation.ts";

/** Detects when Graph accepts a subscribeToTone request. */
export class ToneSubscriptions {
  /** The requests that Graph has not accepted yet, with their time in milliseconds since 1970. */
  readonly #requested = new Map<TrackedOperation, number>();
  readonly #listeners = new Set<(subscription: ToneSubscription) => void>();

  add(operation: TrackedOperation, nowMs: number): void {
    this.#requested.set(operation, nowMs);
  }

  /** Any response or notification shows that Graph has accepted the request, unless it reports a failure. */
  apply(operation: TrackedOperation, { status }: CommsOperation): void {
    const sinceMs = this.#requested.size > 0 ? this.#requested.get(operation) : undefined;
    if (sinceMs === undefined || status === "failed") return;
    this.#requested.delete(operation);
    for (const listener of this.#listeners) listener({ callId: operation.callId, sinceMs });
  }

  remove(operation: TrackedOperation): void {
    if (this.#requested.size > 0) this.#requested.delete(operation);
  }

  listen(listener: (subscription: ToneSubscription) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
