import type { CommsOperation, StoredCompletion } from "@graph-dtmf/models";
import type { KnownOperation } from "./tracked-call.ts";

/** The event of an operation's end; `undefined` if nothing identifies it. */
export function completionEvent(operation: CommsOperation, known: KnownOperation): StoredCompletion | undefined {
  const { call, outcome } = known;
  // Some of Graph's spellings leave one of the names out.
  const operationId = operation.id || known.operationId;
  const clientContext = known.clientContext ?? operation.clientContext;
  if (!outcome || (!operationId && clientContext === undefined)) return undefined;
  // Made by hand: this is done for every end, and to spread objects costs more than all the rest.
  const event: StoredCompletion = { type: "completion", callId: call.id, outcome };
  if (operationId) event.operationId = operationId;
  // By now it may be that of another operation.
  if (clientContext !== undefined && !(operationId && call.waiting(clientContext))) event.clientContext = clientContext;
  return event;
}
