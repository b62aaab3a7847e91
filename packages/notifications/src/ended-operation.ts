import { type CommsOperation, type OperationOutcome, outcomeOf } from "@graph-dtmf/models";
import type { HeardEnd } from "./store-link.ts";

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
  readonly id: string;
  readonly clientContext: string | undefined;
  isKept = false;
  /** The call's id in capitals: a text of its own, where one that was cut out of a path would keep all of that. */
  readonly #callId: string;
  /** Absent if it is {@link PLAYED}: thousands are remembered, and each text that they hold costs. */
  readonly #operation: CommsOperation | undefined;

  constructor(callId: string, operation: CommsOperation) {
    this.#callId = callId.toUpperCase();
    this.id = operation.id;
    this.clientContext = operation.clientContext;
    this.#operation = isPlayed(operation) ? undefined : operation;
  }

  get isTold(): true {
    return true;
  }

  isOf(callId: string): boolean {
    return this.#callId === callId.toUpperCase();
  }

  /** Hardly anybody asks, so it is judged only then. */
  get outcome(): OperationOutcome | undefined {
    const { id, clientContext } = this;
    return outcomeOf(this.#operation ?? { ...PLAYED, id, ...(clientContext !== undefined && { clientContext }) });
  }
}

function isPlayed(operation: CommsOperation): boolean {
  return (
    operation.completionReason === PLAYED.completionReason &&
    operation.status === PLAYED.status &&
    operation["@odata.type"] === PLAYED["@odata.type"] &&
    operation.resultInfo === undefined
  );
}
