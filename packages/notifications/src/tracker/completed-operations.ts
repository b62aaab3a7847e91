import { type CommsOperation, type OperationOutcome, outcomeOf } from "@graph-dtmf/models";
import { BoundedMap } from "../collections/bounded-map.ts";
import type { FinishedOperation } from "./finished-operation.ts";
import type { TrackedOperation } from "./tracked-operation.ts";

/** Whether Graph reports that an operation has ended. */
export function isEnded({ status }: CommsOperation): boolean {
  return status === "completed" || status === "failed";
}

/** The members that most completed operations share. */
const ALL_PLAYED = {
  "@odata.type": "#microsoft.graph.sendDtmfTonesOperation",
  status: "completed",
  completionReason: "completedSuccessfully",
} as const;

/** An operation that has ended without a wait in this process. */
export class CompletedOperation implements FinishedOperation {
  readonly callId: string;
  readonly operationId: string;
  readonly clientContext: string | undefined;
  readonly hasGraphOutcome = true;
  isStored = false;
  /** Absent if it equals {@link ALL_PLAYED}, to save memory: 10,000 operations are remembered. */
  readonly #operation: CommsOperation | undefined;

  constructor(callId: string, operation: CommsOperation) {
    this.callId = callId;
    this.operationId = operation.id;
    this.clientContext = operation.clientContext;
    this.#operation = areAllPlayed(operation) ? undefined : operation;
  }

  get outcome(): OperationOutcome | undefined {
    if (this.#operation) return outcomeOf(this.#operation);
    const { operationId: id, clientContext } = this;
    return outcomeOf({ ...ALL_PLAYED, id, ...(clientContext !== undefined && { clientContext }) });
  }
}

function areAllPlayed(operation: CommsOperation): boolean {
  return (
    operation.completionReason === ALL_PLAYED.completionReason &&
    operation.status === ALL_PLAYED.status &&
    operation["@odata.type"] === ALL_PLAYED["@odata.type"] &&
    operation.resultInfo === undefined
  );
}

/** The maximum number of remembered operations. The oldest is forgotten first. */
const MAX_REMEMBERED = 10_000;

/**
 * The last 10,000 operations of all calls that are no longer pending. They identify repeated notifications, and
 * settle waits that are registered after the notification.
 */
export class CompletedOperations {
  readonly #operations = new BoundedMap<FinishedOperation>({ maxSize: MAX_REMEMBERED });

  /** @param callId Normalized. */
  get(callId: string, operationId: string): FinishedOperation | undefined {
    if (!operationId) return undefined;
    const operation = this.#operations.get(operationId);
    return operation?.callId === callId ? operation : this.#operations.get(callKey(callId, operationId));
  }

  /** Adds an operation that has ended without a wait. */
  addCompleted(callId: string, operation: CommsOperation): CompletedOperation {
    const completed = new CompletedOperation(callId, operation);
    this.#add(completed);
    return completed;
  }

  /** Adds an operation that is no longer pending. */
  addTracked(operation: TrackedOperation): void {
    const { operationId, hasGraphOutcome, isContextGenerated } = operation;
    // Without an id, it only shows that earlier operations under its clientContext belong to an earlier wait.
    if (operationId || hasGraphOutcome || !isContextGenerated) this.#add(operation);
  }

  /**
   * The outcome of the latest operation under a clientContext; `undefined` if Graph did not report one. Searches all
   * operations: it is only needed when a wait is resumed without a store.
   */
  outcomeUnder(callId: string, clientContext: string): OperationOutcome | undefined {
    let latest: FinishedOperation | undefined;
    for (const operation of this.#operations.values()) {
      if (operation.clientContext === clientContext && operation.callId === callId) latest = operation;
    }
    return latest?.hasGraphOutcome ? latest.outcome : undefined;
  }

  #add(operation: FinishedOperation): void {
    const { callId, operationId, clientContext } = operation;
    if (operationId) {
      // The id alone is the key, because it is hashed faster. Only an operation of another call can have the same id.
      const isTaken = (this.#operations.get(operationId)?.callId ?? callId) !== callId;
      this.#operations.set(isTaken ? callKey(callId, operationId) : operationId, operation);
    } else if (clientContext !== undefined) this.#operations.set(`${callId}  ${clientContext}`, operation);
  }
}

/** Ids have no spaces, so this key differs from every id, and from every key of a clientContext. */
function callKey(callId: string, operationId: string): string {
  return `${callId} ${operationId}`;
}
