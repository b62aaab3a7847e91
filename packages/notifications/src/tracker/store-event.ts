import { type CommsOperation, outcomeOf, type StoredCompletion } from "@graph-dtmf/models";
import type { OverOperation } from "./completed-operations.ts";
import { PendingEntry } from "./pending-entry.ts";
import type { TrackedCall } from "./tracked-call.ts";

/** The event of an operation's end; `undefined` if nothing identifies it. */
export function completionEvent(
  operation: CommsOperation,
  over: OverOperation,
  call: TrackedCall,
): StoredCompletion | undefined {
  const waited = over instanceof PendingEntry ? over : undefined;
  const outcome = waited ? waited.outcome : outcomeOf(operation);
  // Some of Graph's spellings leave one of the names out.
  const operationId = operation.id || waited?.operationId;
  const clientContext = over.clientContext ?? operation.clientContext;
  if (!outcome || (!operationId && clientContext === undefined)) return undefined;
  // Made by hand: this is done for every end, and to spread objects costs more than all the rest.
  const event: StoredCompletion = { type: "completion", callId: call.id, outcome };
  if (operationId) event.operationId = operationId;
  // By now it may be that of another operation.
  if (clientContext !== undefined && !(operationId && call.waiting(clientContext))) event.clientContext = clientContext;
  return event;
}
