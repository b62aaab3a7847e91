import { normalizeId, type OperationKey, type StoredEvent } from "@graph-dtmf/models";

/** One text for one wait. Neither GUIDs nor other ids of Graph's have spaces in them. */
export function keyOf({ callId, clientContext }: OperationKey): string {
  return waitKey(normalizeId(callId), clientContext);
}

/** As {@link keyOf}, for a call's id that was normalised before. */
export function waitKey(callId: string, clientContext: string): string {
  return `${callId} ${clientContext}`;
}

/**
 * One text for one end, however often it is delivered: of a call, or of an operation by its id. An end without any id
 * cannot be told from the next one under the same clientContext, so it has none.
 */
export function eventId(event: StoredEvent): string | undefined {
  if (event.type === "callEnd") return normalizeId(event.callId);
  return event.operationId ? `${normalizeId(event.callId)} #${event.operationId}` : undefined;
}
