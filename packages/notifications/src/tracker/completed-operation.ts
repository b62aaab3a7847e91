import { type CommsOperation, type OperationOutcome, outcomeOf } from "@graph-dtmf/models";
import type { HeardEnd } from "./store-sync.ts";

/** Whether Graph says of an operation that it is over. */
export function isEnd({ status }: CommsOperation): boolean {
  return status === "completed" || status === "failed";
}

/** Tones that were all played, as nearly all operations end. */
const PLAYED = {
  "@odata.type": "#microsoft.graph.sendDtmfTonesOperation",
  status: "completed",
  completionReason: "completedSuccessfully",
} as const;

/** An operation that has ended, and is remembered though nobody here waited for it. */
export class EndedOperation implements HeardEnd {
  readonly operationId: string;
  readonly clientContext: string | undefined;
  readonly callId: string;
  /** Absent if it is {@link PLAYED}. */
  readonly #operation: CommsOperation | undefined;
  isKept = false;

  constructor(callId: string, operation: CommsOperation) {
    this.callId = callId;
    this.operationId = operation.id;
    this.clientContext = operation.clientContext;
    this.#operation = isPlayed(operation) ? undefined : operation;
  }

  get isTold(): true {
    return true;
  }

  /** Whether ids and clientContext tell all of it. */
  get isPlayed(): boolean {
    return this.#operation === undefined;
  }

  isOf(callId: string): boolean {
    return this.callId === callId;
  }

  /** Hardly anybody asks, so it is judged only then. */
  get outcome(): OperationOutcome | undefined {
    return outcomeOf(this.#operation ?? playedOperation(this.operationId, this.clientContext));
  }
}

/** What Graph said of an operation that is {@link EndedOperation.isPlayed}. */
export function playedOperation(id: string, clientContext: string | undefined): CommsOperation {
  return { ...PLAYED, id, ...(clientContext !== undefined && { clientContext }) };
}

function isPlayed(operation: CommsOperation): boolean {
  return (
    operation.completionReason === PLAYED.completionReason &&
    operation.status === PLAYED.status &&
    operation["@odata.type"] === PLAYED["@odata.type"] &&
    operation.resultInfo === undefined
  );
}
