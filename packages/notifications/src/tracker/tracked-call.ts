import type { CommsOperation } from "@graph-dtmf/models";
import type { CallEndWaiters, EndedCall } from "./call-end.ts";
import type { CompletedOperation } from "./completed-operation.ts";
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
  readonly #byId = new Map<string, TrackedOperation>();
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
    const identified = this.#byId.get(id);
    if (identified || !named || named.operationId) return identified;
    return this.#unclaimed?.has(id) || !isFinished(id) ? named : undefined;
  }

  add(operation: TrackedOperation): void {
    this.#byContext.set(operation.clientContext, operation);
  }

  /** Indexes the operation by its id, once it has one. */
  identify(operation: TrackedOperation): void {
    const { operationId } = operation;
    if (operationId && !operation.isOver && !this.#byId.has(operationId)) this.#byId.set(operationId, operation);
  }

  remove(operation: TrackedOperation): void {
    const { clientContext, operationId } = operation;
    this.#byContext.delete(clientContext);
    if (operationId && this.#byId.get(operationId) === operation) this.#byId.delete(operationId);
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
}
