import { normalizeId, type OperationKey, type StoredEvent } from "@graph-dtmf/models";

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
