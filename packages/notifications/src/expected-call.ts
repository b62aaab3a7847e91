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
  readonly endWaits: Set<EndWait> = new Set();
  #first: PendingEntry | undefined;
  #unclaimed: Map<string, CommsOperation> | undefined;

  constructor(id: string) {
    this.id = id;
  }

  /** Whether nobody waits for anything in it. */
  get isIdle(): boolean {
    return this.#first === undefined && this.endWaits.size === 0;
  }

  add(entry: PendingEntry): void {
    entry.next = this.#first;
    if (this.#first) this.#first.previous = entry;
    this.#first = entry;
  }

  remove(entry: PendingEntry): void {
    if (entry.previous) entry.previous.next = entry.next;
    else if (this.#first === entry) this.#first = entry.next;
    if (entry.next) entry.next.previous = entry.previous;
    entry.next = undefined;
    entry.previous = undefined;
    // Ends without a clientContext only matter to somebody whose answer is still on its way.
    if (!this.#first) this.#unclaimed = undefined;
  }

  *entries(): Generator<PendingEntry> {
    for (let entry = this.#first; entry; ) {
      // It may be removed by whoever looks at it.
      const { next } = entry;
      yield entry;
      entry = next;
    }
  }

  /** A call's media actions leave one at a time, so few are pending: looking at each costs less than an index of all. */
  byOperationId(operationId: string): PendingEntry | undefined {
    for (const entry of this.entries()) if (entry.operationId === operationId) return entry;
    return undefined;
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
}
