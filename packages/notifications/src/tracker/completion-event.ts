import { type CommsOperation, outcomeOf, type StoredCompletion } from "@graph-dtmf/models";
import type { FinishedOperation } from "./completed-operations.ts";
import { TrackedOperation } from "./tracked-operation.ts";

/**
 * The event of an operation's end, for the store; `undefined` if nothing identifies it.
 *
 * @param isPending Whether an operation is pending under the clientContext.
 */
export function toCompletionEvent(
  operation: CommsOperation,
  finished: FinishedOperation,
  isPending: (clientContext: string) => boolean,
): StoredCompletion | undefined {
  const tracked = finished instanceof TrackedOperation ? finished : undefined;
  const outcome = tracked ? tracked.outcome : outcomeOf(operation);
  // Some of Graph's spellings omit one of the two names.
  const operationId = operation.id || tracked?.operationId;
  const clientContext = finished.clientContext ?? operation.clientContext;
  if (!outcome || (!operationId && clientContext === undefined)) return undefined;
  const event: StoredCompletion = { type: "completion", callId: finished.callId, outcome };
  if (operationId) event.operationId = operationId;
  // Another operation may use the clientContext by now.
  if (clientContext !== undefined && !(operationId && isPending(clientContext))) event.clientContext = clientContext;
  return event;
}
