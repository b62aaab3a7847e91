import { type CommsOperation, type OperationOutcome, outcomeOf } from "@graph-dtmf/models";
import type { HeardEnd } from "./store-link.ts";
import type { TrackedCall } from "./tracked-call.ts";

/** Whether Graph says of an operation that it is over. */
export function isEnd({ status }: CommsOperation): boolean {
  return status === "completed" || status === "failed";
}

/** An operation that has ended, or was given up, and is remembered though nobody here waits for it. */
export class EndedOperation implements HeardEnd {
  readonly call: TrackedCall;
  /** What was last heard of it. */
  readonly operation: CommsOperation;
  isKept = false;

  constructor(call: TrackedCall, operation: CommsOperation) {
    this.call = call;
    this.operation = operation;
  }

  get operationId(): string | undefined {
    return this.operation.id || undefined;
  }

  get clientContext(): string | undefined {
    return this.operation.clientContext;
  }

  /** Hardly anybody asks, so it is judged only then. `undefined` if its end was not heard. */
  get outcome(): OperationOutcome | undefined {
    return outcomeOf(this.operation);
  }

  get isOver(): true {
    return true;
  }

  /** Whether its end was heard. */
  get isTold(): boolean {
    return isEnd(this.operation);
  }
}
