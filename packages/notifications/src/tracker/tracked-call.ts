import type { CommsOperation, ResultInfo } from "@graph-dtmf/models";
import { Few } from "../collections/few.ts";
import type { EndWaits } from "./call-end-waiters.ts";
import type { EndedOperation } from "./completed-operation.ts";
import type { EndedOperations } from "./completed-operations.ts";
import type { PendingEntry } from "./pending-entry.ts";
import type { HeardEnd } from "./store-sync.ts";

/** How a call ended. */
export interface CallEnd {
  resultInfo?: ResultInfo;
}

/** A call that is over. */
export interface EndedCall extends HeardEnd {
  end: CallEnd;
}

/** An end that nobody could be matched with when it came. */
interface Unclaimed {
  operation: CommsOperation;
  ended: EndedOperation;
}

/** How many such ends are kept for one call. */
const MOST_UNCLAIMED = 16;

/** A call in which somebody waits, or that has ended. */
export class TrackedCall {
  readonly id: string;
  /** When all that was accepted should have been played: what comes after it starts then. */
  busyUntilMs = 0;
  /** Set once it has ended. */
  ended: EndedCall | undefined;
  /** Absent until somebody waits for its end. */
  endWaits: EndWaits | undefined;
  /** Who waits for an operation, by its clientContext. */
  readonly #byContext = new Few<PendingEntry>();
  /** Those who know its id. Made when somebody asks for what {@link #byContext} cannot tell, which is seldom. */
  #byId: Few<PendingEntry> | undefined;
  #unclaimed: Map<string, Unclaimed> | undefined;

  constructor(id: string) {
    this.id = id;
  }

  /** Whether nobody waits for anything in it, and it has not ended. */
  get isIdle(): boolean {
    return this.#byContext.size === 0 && !this.ended && !this.endWaits?.size;
  }

  /** Who waits under a clientContext. */
  waiting(clientContext: string): PendingEntry | undefined {
    return this.#byContext.get(clientContext);
  }

  /** Those who wait, in the order in which they were added. Whoever looks at one may end it. */
  entries(): Iterable<PendingEntry> {
    return this.#byContext.values();
  }

  /**
   * Who waits for this operation: by its id, else by clientContext. If both sides know an id and they differ, it is
   * another one; and so it is if that operation is over, unless nobody could be matched with its end.
   */
  match({ id, clientContext }: CommsOperation, over: EndedOperations): PendingEntry | undefined {
    // As with most calls that have ended: nobody is known to make an index of.
    if (this.#byContext.size === 0) return undefined;
    const named = clientContext === undefined ? undefined : this.#byContext.get(clientContext);
    if (!id || named?.operationId === id) return named;
    const known = this.#index().get(id);
    if (known || !named || named.operationId) return known;
    return this.#unclaimed?.has(id) || !over.get(this.id, id) ? named : undefined;
  }

  add(entry: PendingEntry): void {
    this.#byContext.set(entry.clientContext, entry);
  }

  /** It may have learned its id. */
  identify(entry: PendingEntry): void {
    const { operationId } = entry;
    if (operationId && !entry.isOver && this.#byId && !this.#byId.get(operationId)) this.#byId.set(operationId, entry);
  }

  /** Nobody waits for it any more. */
  remove(entry: PendingEntry): void {
    const { clientContext, operationId } = entry;
    this.#byContext.delete(clientContext);
    if (operationId && this.#byId?.get(operationId) === entry) this.#byId.delete(operationId);
    // Ends without a clientContext only matter to somebody whose answer is still on its way.
    if (this.#byContext.size === 0) this.#unclaimed = undefined;
  }

  /** Keeps an end that may have come before the answer which tells whose it is. */
  keepUnclaimed(operation: CommsOperation, ended: EndedOperation): void {
    if (this.#byContext.size === 0 || !operation.id) return;
    this.#unclaimed ??= new Map();
    this.#unclaimed.set(operation.id, { operation, ended });
    const [oldest] = this.#unclaimed.keys();
    if (this.#unclaimed.size > MOST_UNCLAIMED && oldest !== undefined) this.#unclaimed.delete(oldest);
  }

  claim(operationId: string): Unclaimed | undefined {
    return this.#unclaimed?.get(operationId);
  }

  #index(): Few<PendingEntry> {
    if (!this.#byId) {
      this.#byId = new Few();
      for (const entry of this.#byContext.values()) if (entry.operationId) this.#byId.set(entry.operationId, entry);
    }
    return this.#byId;
  }
}
