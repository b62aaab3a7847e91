import type { CommsOperation, ResultInfo } from "@graph-dtmf/models";
import type { PendingEntry } from "./pending-entry.ts";

/** How a call ended. */
export interface CallEnd {
  resultInfo?: ResultInfo;
}

/** Somebody who waits for the end of a call. */
export interface EndWait {
  resolve(end: CallEnd): void;
  reject(reason: unknown): void;
}

/** How many ends of operations that nobody can be matched with yet are kept for one call. */
const MOST_UNCLAIMED = 16;

/** What is known of one call in which operations are waited for. */
export class ExpectedCall {
  readonly id: string;
  /** When all that was accepted should have been played: what comes after it starts then. */
  busyUntilMs = 0;
  /** Those who wait for the end of the call. */
  endWaits: Set<EndWait> | undefined;
  /** By clientContext, which need not be unique in a bot. */
  readonly #entries = new Map<string, PendingEntry>();
  #unclaimed: Map<string, CommsOperation> | undefined;

  constructor(id: string) {
    this.id = id;
  }

  /** Whether nobody waits for anything in it. */
  get isIdle(): boolean {
    return this.#entries.size === 0 && !this.endWaits?.size;
  }

  get(clientContext: string): PendingEntry | undefined {
    return this.#entries.get(clientContext);
  }

  add(entry: PendingEntry): void {
    this.#entries.set(entry.clientContext, entry);
  }

  remove(entry: PendingEntry): void {
    this.#entries.delete(entry.clientContext);
    // Ends without a clientContext only matter to somebody whose answer is still on its way.
    if (this.#entries.size === 0) this.#unclaimed = undefined;
  }

  /** In the order in which they were added. Whoever looks at one may remove it. */
  entries(): IterableIterator<PendingEntry> {
    return this.#entries.values();
  }

  /** Whose operation this is: by clientContext, else by its id. If both sides know an id and they differ, it is not theirs. */
  match({ id, clientContext }: CommsOperation): PendingEntry | undefined {
    const entry = clientContext === undefined ? undefined : this.#entries.get(clientContext);
    if (entry && (!id || !entry.operationId || entry.operationId === id)) return entry;
    return id ? this.#byOperationId(id) : undefined;
  }

  /** Keeps an end that came before the answer which tells whose it is. */
  keepUnclaimed(operation: CommsOperation): void {
    this.#unclaimed ??= new Map();
    this.#unclaimed.set(operation.id, operation);
    const [oldest] = this.#unclaimed.keys();
    if (this.#unclaimed.size > MOST_UNCLAIMED && oldest !== undefined) this.#unclaimed.delete(oldest);
  }

  claim(operationId: string): CommsOperation | undefined {
    return this.#unclaimed?.get(operationId);
  }

  /** A call's media actions leave one at a time, so few are pending: looking at each costs less than an index of all. */
  #byOperationId(operationId: string): PendingEntry | undefined {
    for (const entry of this.#entries.values()) if (entry.operationId === operationId) return entry;
    return undefined;
  }
}
