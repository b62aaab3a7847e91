import { normalizeId, type OperationKey } from "@graph-dtmf/models";

/** One text for one wait. Neither GUIDs nor other ids of Graph's have spaces in them. */
export function keyOf({ callId, clientContext }: OperationKey): string {
  return `${normalizeId(callId)} ${clientContext}`;
}

/** One text for one event, however often it is delivered: the end of a call has neither operation nor context. */
export function eventId(event: { callId: string; operationId?: string; clientContext?: string }): string {
  const { callId, operationId, clientContext } = event;
  if (operationId) return `${normalizeId(callId)} #${operationId}`;
  return clientContext === undefined ? normalizeId(callId) : keyOf({ callId, clientContext });
}
