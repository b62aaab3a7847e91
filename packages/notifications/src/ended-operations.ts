import type { CommsOperation, OperationOutcome } from "@graph-dtmf/models";
import { EndedOperation, playedOperation } from "./ended-operation.ts";
import { GuidTable } from "./guid-table.ts";
import type { PendingEntry } from "./pending-entry.ts";

/** How many are remembered: the latest. */
const MOST_REMEMBERED = 10_000;

/** An operation that is over: one that was waited for, or another. */
export type OverOperation = PendingEntry | EndedOperation;

const [ID, CALL_ID, CLIENT_CONTEXT] = [0, 1, 2] as const;
/** Stands for no clientContext: nobody takes this for one, and who does is remembered otherwise. */
const NIL = "00000000-0000-0000-0000-000000000000";

/**
 * The latest operations that are over, of all calls: so that what comes again is recognised, and what was heard before
 * anybody asked is not lost.
 *
 * Each has a row. What was played and kept, as nearly all was, is there in numbers alone.
 */
export class EndedOperations {
  /** By row; absent if the table tells all of it. */
  readonly #others: (OverOperation | undefined)[] = [];
  /** By row: what it is found by, where that is not its id in the table; empty if it is by nothing. */
  readonly #keys: (string | undefined)[] = [];
  readonly #rows = new Map<string, number>();
  /** Made when first needed: it takes half a megabyte. */
  #made: GuidTable | undefined;
  #next = 0;

  get #table(): GuidTable {
    this.#made ??= new GuidTable(MOST_REMEMBERED);
    return this.#made;
  }

  /** @param callId As we spell it. */
  get(callId: string, operationId: string): OverOperation | undefined {
    const row = this.#find(callId, operationId);
    const over = row === undefined ? undefined : this.#at(row);
    return over?.isOf(callId) ? over : undefined;
  }

  /** An operation has ended for which nobody waits. */
  note(callId: string, operation: CommsOperation): EndedOperation {
    const ended = new EndedOperation(callId, operation, this.#pack);
    this.#add(callId, operation.id, ended);
    return ended;
  }

  /** Nobody waits for it any more. */
  add(entry: PendingEntry): void {
    const { call, operationId = "", isTold, isFresh } = entry;
    // What was given up before its id was known tells one thing: what ended under its clientContext before was of an
    // earlier life.
    if (operationId || isTold || !isFresh) this.#add(call.id, operationId, entry);
  }

  /**
   * How the latest operation under a clientContext ended; `undefined` if Graph did not say. It looks through all of them:
   * that is asked for after a restart, and seldom else.
   */
  outcomeUnder(callId: string, clientContext: string): OperationOutcome | undefined {
    const count = this.#others.length;
    for (let age = 1; age <= count; age++) {
      const row = (this.#next - age + count) % count;
      if (!this.#others[row] && !this.#table.has(row, CLIENT_CONTEXT, clientContext)) continue;
      const over = this.#at(row);
      if (over.clientContext === clientContext && over.isOf(callId)) return over.isTold ? over.outcome : undefined;
    }
    return undefined;
  }

  #find(callId: string, operationId: string): number | undefined {
    const row = this.#table.find(operationId);
    return row === undefined && this.#rows.size > 0 ? this.#rows.get(keyOf(callId, operationId)) : row;
  }

  #at(row: number): OverOperation {
    const other = this.#others[row];
    if (other) return other;
    const [id, callId] = [this.#table.read(row, ID), this.#table.read(row, CALL_ID)];
    const clientContext = this.#table.read(row, CLIENT_CONTEXT);
    const operation = playedOperation(id, clientContext === NIL ? undefined : clientContext);
    const ended = new EndedOperation(callId, operation, () => {});
    ended.isKept = true;
    return ended;
  }

  #add(callId: string, operationId: string, over: OverOperation): void {
    const row = this.#next;
    this.#next = (row + 1) % MOST_REMEMBERED;
    this.#forget(row);
    this.#others[row] = over;
    const key = this.#table.enter(row, operationId) ? undefined : operationId && keyOf(callId, operationId);
    this.#keys[row] = key;
    if (key) this.#rows.set(key, row);
  }

  #forget(row: number): void {
    const key = this.#keys[row];
    if (key === undefined) this.#table.remove(row);
    else if (this.#rows.get(key) === row) this.#rows.delete(key);
  }

  /** Lets go of all but numbers, where they tell what there is to know. */
  readonly #pack = (ended: EndedOperation): void => {
    const { id, callId, clientContext = NIL } = ended;
    if (!ended.isPlayed || ended.clientContext === NIL) return;
    const row = this.#table.find(id);
    // It may be forgotten by now, or there is later news under its id.
    if (row === undefined || this.#others[row] !== ended) return;
    const isWritten = this.#table.write(row, CALL_ID, callId) && this.#table.write(row, CLIENT_CONTEXT, clientContext);
    if (isWritten) this.#others[row] = undefined;
  };
}

/** An id need be so in its call alone. */
function keyOf(callId: string, operationId: string): string {
  return `${callId} ${operationId}`;
}
