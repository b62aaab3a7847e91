import { type CommsOperation, type OperationOutcome, outcomeOf } from "@graph-dtmf/models";
import type { StorableEnd } from "./call-end.ts";

/** Whether Graph reports that an operation has ended. */
export function isEnded({ status }: CommsOperation): boolean {
  return status === "completed" || status === "failed";
}

/** An operation that has ended, and that no wait of this process was for. */
export class CompletedOperation implements StorableEnd {
  readonly callId: string;
  readonly operation: CommsOperation;
  isStored = false;

  constructor(callId: string, operation: CommsOperation) {
    this.callId = callId;
    this.operation = operation;
  }

  get operationId(): string {
    return this.operation.id;
  }

  get clientContext(): string | undefined {
    return this.operation.clientContext;
  }

  get hasGraphOutcome(): true {
    return true;
  }

  get outcome(): OperationOutcome | undefined {
    return outcomeOf(this.operation);
  }
}
