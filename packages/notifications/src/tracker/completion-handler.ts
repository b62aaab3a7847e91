import { type CommsOperation, type OperationOutcome, outcomeOf, type StoredEvent } from "@graph-dtmf/models";
import type { StorableEnd } from "./call-end.ts";
import { CompletedOperations, isEnded } from "./completed-operations.ts";
import type { FinishedOperation } from "./finished-operation.ts";
import { NEW } from "./operation-tracker.ts";
import { toCompletionEvent } from "./store-event.ts";
import type { StoreSync } from "./store-sync.ts";
import type { ToneSubscriptions } from "./tone-subscriptions.ts";
import type { TrackedCalls } from "./tracked-calls.ts";
import { TrackedOperation } from "./tracked-operation.ts";

const SEEN = Promise.resolve("seen" as const);

/** The parts of a tracker that its completion handler uses. */
export interface CompletionHandlerOptions {
  calls: TrackedCalls;
  subscriptions: ToneSubscriptions;
  /** Absent without a store: then outcomes are only remembered here. */
  storeSync: StoreSync | undefined;
}

/** Matches the operations that Graph reports with pending ones, settles those, and stores each end. */
export class CompletionHandler {
  readonly #calls: TrackedCalls;
  readonly #subscriptions: ToneSubscriptions;
  readonly #storeSync: StoreSync | undefined;
  readonly #completed = new CompletedOperations();

  constructor({ calls, subscriptions, storeSync }: CompletionHandlerOptions) {
    this.#calls = calls;
    this.#subscriptions = subscriptions;
    this.#storeSync = storeSync;
  }

  /**
   * Applies the operation of a notification.
   *
   * @param callId Normalized.
   */
  apply(callId: string, operation: CommsOperation): Promise<"new" | "seen"> {
    const finished = this.#settle(callId, operation);
    return finished ? this.storeOutcome(finished, operation) : NEW;
  }

  /**
   * Applies an operation that is in the store already.
   *
   * @param callId Normalized.
   */
  applyStored(callId: string, operation: CommsOperation): void {
    const finished = this.#settle(callId, operation);
    if (finished) finished.isStored = true;
  }

  /** Applies a state to a pending operation, and then the unclaimed end with the same id, if there is one. */
  applyTo(pending: TrackedOperation, operation: CommsOperation): void {
    const call = this.#calls.get(pending.callId);
    this.#subscriptions.apply(pending, operation);
    const unclaimed = call?.unclaimed(operation.id);
    pending.apply(operation);
    if (unclaimed) {
      pending.apply(unclaimed.operation);
      pending.isStored = unclaimed.completed.isStored;
    }
    call?.identify(pending);
  }

  /** Remembers an operation that is no longer pending. */
  remember(operation: TrackedOperation): void {
    this.#completed.addTracked(operation);
  }

  /**
   * The remembered outcome of the latest operation under a clientContext.
   *
   * @param callId Normalized.
   */
  outcomeUnder(callId: string, clientContext: string): OperationOutcome | undefined {
    return this.#completed.outcomeUnder(callId, clientContext);
  }

  storeOutcome(finished: FinishedOperation, operation: CommsOperation): Promise<"new" | "seen"> {
    if (finished.isStored || !this.#storeSync) return this.storeEnd(finished, undefined);
    const outcome = finished instanceof TrackedOperation ? finished.outcome : outcomeOf(operation);
    const isPending = (clientContext: string): boolean =>
      this.#calls.get(finished.callId)?.pendingUnder(clientContext) !== undefined;
    return this.storeEnd(finished, toCompletionEvent({ operation, finished, outcome, isPending }));
  }

  /** Stores the end of an operation or a call once. Without a store, a remembered end counts as stored. */
  storeEnd(end: StorableEnd, event: StoredEvent | undefined): Promise<"new" | "seen"> {
    if (end.isStored) return SEEN;
    if (this.#storeSync && event) return this.#storeSync.store(event, end);
    end.isStored = true;
    return NEW;
  }

  /** Applies the state of an operation to its wait. Returns the remembered operation if it has ended. */
  #settle(callId: string, operation: CommsOperation): FinishedOperation | undefined {
    const call = this.#calls.get(callId);
    const pending = call?.match(operation, (id) => this.#completed.get(callId, id) !== undefined);
    if (pending) this.applyTo(pending, operation);
    if (!isEnded(operation)) return undefined;
    if (pending?.hasGraphOutcome) return pending;
    // A repeated end must not settle a later wait under the same clientContext.
    const finished = this.#completed.get(callId, operation.id);
    if (finished?.hasGraphOutcome) return finished;
    const completed = this.#completed.addCompleted(callId, operation);
    if (!pending && !finished) call?.addUnclaimed(operation, completed);
    return completed;
  }
}
