import {
  type CommsOperation,
  normalizeId,
  type OperationKey,
  type OperationOutcome,
  type StoredCompletion,
  type StoredEvent,
} from "@graph-dtmf/models";
import type { FinishedOperation } from "./finished-operation.ts";

/** The key of a wait, the same for every spelling of the call's id. */
export function operationKey({ callId, clientContext }: OperationKey): string {
  return waitKey(normalizeId(callId), clientContext);
}

/** As {@link operationKey}, for a normalized call id. No id of Graph has spaces in it. */
export function waitKey(callId: string, clientContext: string): string {
  return `${callId} ${clientContext}`;
}

/**
 * The key by which an end is deduplicated: that of a call, or of an operation by its id. An end without an id has none:
 * it cannot be distinguished from the next one under the same clientContext.
 */
export function eventKey(event: StoredEvent): string | undefined {
  if (event.type === "callEnd") return normalizeId(event.callId);
  return event.operationId ? `${normalizeId(event.callId)} #${event.operationId}` : undefined;
}

/** The end of an operation, as {@link toCompletionEvent} needs it. */
export interface OperationEnd {
  /** As Graph reported it. */
  operation: CommsOperation;
  finished: FinishedOperation;
  outcome: OperationOutcome | undefined;
  /** Whether an operation is pending under the clientContext by now. */
  isPending(clientContext: string): boolean;
}

/** The event of an operation's end, for the store; `undefined` if nothing identifies it. */
export function toCompletionEvent(end: OperationEnd): StoredCompletion | undefined {
  const { operation, finished, outcome } = end;
  // Some of Graph's spellings omit one of the two names.
  const operationId = operation.id || finished.operationId;
  const clientContext = finished.clientContext ?? operation.clientContext;
  if (!outcome || (!operationId && clientContext === undefined)) return undefined;
  const event: StoredCompletion = { type: "completion", callId: finished.callId, outcome };
  if (operationId) event.operationId = operationId;
  // Another operation may use the clientContext by now.
  const isReused = clientContext !== undefined && operationId && end.isPending(clientContext);
  if (clientContext !== undefined && !isReused) event.clientContext = clientContext;
  return event;
}
