import type { CommsOperation } from "@graph-dtmf/models";
import { BoundedMap } from "../collections/bounded-map.ts";
import type { CallEnd, CallEndWaiters, EndedCall } from "./call-end.ts";
import type { CompletedOperation } from "./completed-operations.ts";
import type { TrackedOperation } from "./tracked-operation.ts";

/** An end that matched no pending operation when its notification arrived. */
interface Unclaimed {
  operation: CommsOperation;
  completed: CompletedOperation;
}

/** How many of them are remembered for one call. */
const MAX_UNCLAIMED = 16;

/** A call with pending operations, or one that has ended. */
export class TrackedCall {
  readonly id: string;
  /** When all accepted operations should have ended, in milliseconds since 1970. The next one starts then. */
  busyUntilMs = 0;
  /** Present once the call has ended. */
  ended: EndedCall | undefined;
  /** Absent until its end is waited for. */
  endWaiters: CallEndWaiters | undefined;
  readonly #byContext = new Map<string, TrackedOperation>();
  /** Created when an operation is not found by its clientContext, which is rare. */
  #byId: Map<string, TrackedOperation> | undefined;
  #unclaimed: Map<string, Unclaimed> | undefined;

  constructor(id: string) {
    this.id = id;
  }

  /** Whether it has no pending operation and no waiter, and has not ended. */
  get isIdle(): boolean {
    return this.#byContext.size === 0 && !this.ended && !this.endWaiters?.size;
  }

  /** The pending operation under a clientContext. */
  pendingUnder(clientContext: string): TrackedOperation | undefined {
    return this.#byContext.get(clientContext);
  }

  /** The pending operations, in the order in which they were added. Each may be removed during the iteration. */
  operations(): Iterable<TrackedOperation> {
    return this.#byContext.values();
  }

  /**
   * The pending operation that Graph's operation belongs to, by its id, else by its clientContext. Different ids do not
   * match. Neither does an operation that has ended before, unless its end is unclaimed.
   *
   * @param isFinished Whether the operation with an id is over.
   */
  match({ id, clientContext }: CommsOperation, isFinished: (id: string) => boolean): TrackedOperation | undefined {
    if (this.#byContext.size === 0) return undefined;
    const named = clientContext === undefined ? undefined : this.#byContext.get(clientContext);
    if (!id || named?.operationId === id) return named;
    const identified = this.#indexById().get(id);
    if (identified || !named || named.operationId) return identified;
    return this.#unclaimed?.has(id) || !isFinished(id) ? named : undefined;
  }

  add(operation: TrackedOperation): void {
    this.#byContext.set(operation.clientContext, operation);
  }

  /** Indexes the operation by its id, once it has one. */
  identify(operation: TrackedOperation): void {
    const { operationId } = operation;
    if (!this.#byId || !operationId || operation.isOver || this.#byId.has(operationId)) return;
    this.#byId.set(operationId, operation);
  }

  remove(operation: TrackedOperation): void {
    const { clientContext, operationId } = operation;
    this.#byContext.delete(clientContext);
    if (operationId && this.#byId?.get(operationId) === operation) this.#byId.delete(operationId);
    // Only an operation whose response is outstanding can claim an end.
    if (this.#byContext.size === 0) this.#unclaimed = undefined;
  }

  /** Remembers an end whose operation may be identified later, by the response to its request. */
  addUnclaimed(operation: CommsOperation, completed: CompletedOperation): void {
    if (this.#byContext.size === 0 || !operation.id) return;
    this.#unclaimed ??= new Map();
    this.#unclaimed.set(operation.id, { operation, completed });
    const [oldest] = this.#unclaimed.keys();
    if (this.#unclaimed.size > MAX_UNCLAIMED && oldest !== undefined) this.#unclaimed.delete(oldest);
  }

  unclaimed(operationId: string): Unclaimed | undefined {
    return this.#unclaimed?.get(operationId);
  }

  #indexById(): Map<string, TrackedOperation> {
    if (!this.#byId) {
      this.#byId = new Map();
      for (const operation of this.#byContext.values()) this.identify(operation);
    }
    return this.#byId;
  }
}

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

  add(call: TrackedCall, operation: TrackedOperation): void {
    call.add(operation);
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
