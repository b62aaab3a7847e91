import type { CommsOperation, OperationOutcome } from "@graph-dtmf/models";
import { RowIndex } from "../collections/row-index.ts";
import { GUID_LENGTH } from "../parsing/guid.ts";
import { EndedOperation, playedOperation } from "./completed-operation.ts";
import type { PendingEntry } from "./pending-entry.ts";

/** How many are remembered: the latest. */
const MOST_REMEMBERED = 10_000;
/** How many rows are packed at once. */
const BLOCK = 50;
const BLOCKS = MOST_REMEMBERED / BLOCK;

/** An operation that is over: one that was waited for, or another. */
export type OverOperation = PendingEntry | EndedOperation;

/** What is packed of a row, in this order. */
const [ID, CALL_ID, CLIENT_CONTEXT] = [0, 1, 2] as const;
const ROW_LENGTH = 3 * GUID_LENGTH;
const BLANK = " ".repeat(ROW_LENGTH);

/**
 * The latest operations that are over, of all calls: so that what comes again is recognised, and what was heard before
 * anybody asked is not lost.
 *
 * Each has a row. Of what was played and kept, as nearly all was, only ids stay, those of a block of rows in one text:
 * thousands of objects that come and go cost the garbage collector more than all else that is done with them.
 */
export class EndedOperations {
  /** By row; absent if it is packed. */
  readonly #rows: (OverOperation | undefined)[] = [];
  /** By block: its packed rows, each at its place. */
  readonly #packed: string[] = [];
  readonly #index = new RowIndex(MOST_REMEMBERED);
  /** How many of the latest rows are not in the index yet. Of what was waited for hardly anybody asks again. */
  #unlearned = 0;
  #next = 0;

  /** @param callId As we spell it. */
  get(callId: string, operationId: string): OverOperation | undefined {
    this.#learn();
    for (let row = this.#index.latest(operationId); row !== undefined; row = this.#index.before(row)) {
      const over = this.#at(row);
      if (over.operationId === operationId && over.isOf(callId)) return over;
    }
    return undefined;
  }

  /** An operation has ended for which nobody waits. */
  note(callId: string, operation: CommsOperation): EndedOperation {
    const ended = new EndedOperation(callId, operation);
    this.#add(ended);
    // Most often it was asked for just now, and its place is known.
    this.#learn();
    return ended;
  }

  /** Nobody waits for it any more. */
  add(entry: PendingEntry): void {
    const { operationId, isTold, isFresh } = entry;
    // What was given up before its id was known tells one thing: what ended under its clientContext before was of an
    // earlier life.
    if (operationId || isTold || !isFresh) this.#add(entry);
  }

  /**
   * How the latest operation under a clientContext ended; `undefined` if Graph did not say. It looks through all of them:
   * that is asked for after a restart, and seldom else.
   */
  outcomeUnder(callId: string, clientContext: string): OperationOutcome | undefined {
    const count = this.#rows.length;
    for (let age = 1; age <= count; age++) {
      const row = (this.#next - age + count) % count;
      // What is packed is looked at before it is made an object of, which takes a hundred times as long.
      if (!this.#rows[row] && this.#packedId(row, CLIENT_CONTEXT) !== clientContext) continue;
      const over = this.#at(row);
      if (over.clientContext === clientContext && over.isOf(callId)) return over.isTold ? over.outcome : undefined;
    }
    return undefined;
  }

  #at(row: number): OverOperation {
    const known = this.#rows[row];
    if (known) return known;
    const operation = playedOperation(this.#packedId(row, ID), this.#packedId(row, CLIENT_CONTEXT));
    const ended = new EndedOperation(this.#packedId(row, CALL_ID), operation);
    ended.isKept = true;
    return ended;
  }

  #packedId(row: number, part: number): string {
    const at = (row % BLOCK) * ROW_LENGTH + part * GUID_LENGTH;
    return this.#packed[Math.floor(row / BLOCK)]?.slice(at, at + GUID_LENGTH) ?? "";
  }

  #add(over: OverOperation): void {
    const row = this.#next;
    this.#next = (row + 1) % MOST_REMEMBERED;
    if (row % BLOCK === 0) this.#pack((row / BLOCK + BLOCKS - 2) % BLOCKS);
    this.#rows[row] = over;
    if (this.#unlearned < MOST_REMEMBERED) this.#unlearned++;
  }

  /** Has the index know of all rows, in their order. */
  #learn(): void {
    for (; this.#unlearned > 0; this.#unlearned--) {
      const row = (this.#next - this.#unlearned + MOST_REMEMBERED) % MOST_REMEMBERED;
      this.#index.remove(row);
      const { operationId } = this.#at(row);
      if (operationId) this.#index.enter(row, operationId);
    }
  }

  /** Not the block that was filled just now: what is in it may still be about to be kept. */
  #pack(block: number): void {
    const first = block * BLOCK;
    if (first >= this.#rows.length) return;
    const texts: string[] = [];
    for (let row = first; row < first + BLOCK; row++) {
      const over = this.#rows[row];
      if (over instanceof EndedOperation && isPackable(over)) {
        texts.push(over.operationId, over.callId, over.clientContext);
        this.#rows[row] = undefined;
      } else texts.push(BLANK);
    }
    this.#packed[block] = texts.join("");
  }
}

/** Whether its ids tell all of it, and are as long as Graph's. */
function isPackable(ended: EndedOperation): ended is EndedOperation & { clientContext: string } {
  const { isKept, isPlayed, operationId, callId, clientContext } = ended;
  if (!isKept || !isPlayed || operationId.length !== GUID_LENGTH || callId.length !== GUID_LENGTH) return false;
  return clientContext?.length === GUID_LENGTH;
}
