import { type CommsOperation, type OperationOutcome, outcomeOf } from "@graph-dtmf/models";
import type { StorableEnd } from "./call-end.ts";

/** Whether Graph reports that an operation has ended. */
export function isEnded({ status }: CommsOperation): boolean {
  return status === "completed" || status === "failed";
}

/** An operation that is no longer pending. */
export interface FinishedOperation extends StorableEnd {
  readonly callId: string;
  readonly operationId: string | undefined;
  readonly clientContext: string | undefined;
  /** Whether Graph reported its outcome. False after a timeout, the end of the call, or `abandon()`. */
  readonly hasGraphOutcome: boolean;
  readonly outcome: OperationOutcome | undefined;
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
