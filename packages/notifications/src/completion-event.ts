import { type CommsOperation, outcomeOf, type StoredCompletion } from "@graph-dtmf/models";
import type { PendingEntry } from "./pending-entry.ts";

/** The event of an operation's end; `undefined` if it has not ended, or if nothing identifies it. */
export function completionEvent(
  callId: string,
  operation: CommsOperation,
  entry: PendingEntry | undefined,
): StoredCompletion | undefined {
  const outcome = entry?.outcome ?? outcomeOf(operation);
  // Some of Graph's spellings leave one of the names out.
  const operationId = operation.id || entry?.operationId;
  const clientContext = entry?.clientContext ?? operation.clientContext;
  if (!outcome || (!operationId && clientContext === undefined)) return undefined;
  // Made by hand: this is done for every end, and to spread objects costs more than all the rest.
  const event: StoredCompletion = { type: "completion", callId, outcome };
  if (operationId) event.operationId = operationId;
  if (clientContext !== undefined) event.clientContext = clientContext;
  return event;
}
