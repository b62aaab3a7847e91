import type { CommsOperation, OperationOutcome } from "@graph-dtmf/models";
import { EndedOperation } from "./ended-operation.ts";
import { LatestByKey } from "./latest-by-key.ts";
import type { PendingEntry } from "./pending-entry.ts";

/** How many are remembered: the latest. */
const MOST_REMEMBERED = 10_000;

/** An operation that is over: one that was waited for, or another. */
export type OverOperation = PendingEntry | EndedOperation;

/**
 * The latest operations that are over, of all calls: so that what comes again is recognised, and what was heard before
 * anybody asked is not lost.
 */
export class EndedOperations {
  readonly #operations = new LatestByKey<OverOperation>(MOST_REMEMBERED);
  #nameless = 0;

  /** @param callId As we spell it. */
  get(callId: string, operationId: string): OverOperation | undefined {
    const over = this.#operations.get(keyOf(callId, operationId));
    return over?.isOf(callId) ? over : undefined;
  }

  /** An operation has ended for which nobody waits. */
  note(callId: string, operation: CommsOperation): EndedOperation {
    const ended = new EndedOperation(callId, operation);
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
    let latest: OverOperation | undefined;
    for (const over of this.#operations.values()) {
      if (over.clientContext === clientContext && over.isOf(callId)) latest = over;
    }
    return latest?.isTold ? latest.outcome : undefined;
  }

  #add(callId: string, operationId: string, over: OverOperation): void {
    this.#operations.set(keyOf(callId, operationId || `nameless ${this.#nameless++}`), over);
  }
}

const GUID_LENGTH = 36;

/** A GUID is an operation's own; other ids need be so in their call alone. */
function keyOf(callId: string, operationId: string): string {
  return operationId.length === GUID_LENGTH ? operationId : `${callId} ${operationId}`;
}
