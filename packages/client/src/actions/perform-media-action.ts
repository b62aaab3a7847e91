import { randomUUID } from "node:crypto";
import type { CommsOperation, OperationOutcome, OperationWatcher, PendingOperation } from "@graph-dtmf/models";
import type { RequestDeadline } from "../delivery/request-deadline.ts";
import { readOperation } from "../delivery/response-readers.ts";
import { type OutgoingRequest, type SendResult, sendWithRetry } from "../delivery/send-with-retry.ts";
import { toClientError } from "../errors/to-client-error.ts";
import { type CallLocks, withCallLock } from "./call-lock.ts";
import { checkClientContext } from "./client-context.ts";
import { expectOperation } from "./expect-operation.ts";
import type { MediaAction } from "./media-action.ts";
import type { RequestContext } from "./perform-request.ts";
import type { RequestOptions } from "./request-options.ts";
import { toCallPath } from "./resource-path.ts";
import type { SentOperation } from "./sent-operation.ts";

/** The parts of a client that media actions use. */
export interface MediaActionContext extends RequestContext {
  locks: CallLocks;
  operations?: OperationWatcher | undefined;
}

type OutgoingMediaAction = OutgoingRequest<CommsOperation> & { pending: PendingOperation };

/**
 * Sends a media action at most once and returns the operation that Graph accepted. The operation is registered with the
 * tracker before the request is sent, because its notification may arrive before the response.
 */
export async function performMediaAction<T extends CommsOperation>(
  createAction: () => MediaAction,
  context: MediaActionContext,
  options: RequestOptions = {},
): Promise<SentOperation<T>> {
  const action = createAction();
  const { callId, name } = action;
  const path = toCallPath(callId, name);
  checkClientContext(action.clientContext);
  const deadline = context.createDeadline(options);
  deadline.throwIfAborted();
  const pending = expectOperation(context.operations, action, options);
  const { clientContext } = pending;
  const { tenantId, signal } = options;
  const clientRequestId = randomUUID();
  const observed = { action: name, method: "POST", clientRequestId, callId, tenantId };
  return await context.observer.observe(observed, async (observation) => {
    const outgoing: OutgoingMediaAction = {
      request: { method: "POST", path, body: { ...action.body, clientContext } },
      clientRequestId,
      read: readOperation,
      idempotent: false,
      tenantId,
      signal,
      pending,
      observation,
    };
    const result = await sendInOrder(outgoing, context, { action, deadline });
    if (result.kind === "confirmed") return toSentOperation<T>(outgoing, callId, result);
    if (result.kind === "accepted") return toSentOperation<T>(outgoing, callId, { ...result, operation: result.value });
    const callEnded = pending.outcome?.outcome === "callEnded";
    if (result.kind === "unknown") pending.deliveryUnknown();
    else pending.abandon();
    throw toClientError(result, {
      ...outgoing,
      callEnded,
      callId,
      clientContext,
      completion: (options) => pending.completion(options),
      nowMs: context.clock.now(),
    });
  });
}

/** If this throws, nothing was executed. */
async function sendInOrder(
  outgoing: OutgoingMediaAction,
  context: MediaActionContext,
  { action, deadline }: { action: MediaAction; deadline: RequestDeadline },
): Promise<SendResult<CommsOperation>> {
  const send = (): Promise<SendResult<CommsOperation>> => sendWithRetry(outgoing, context, deadline);
  try {
    if (!action.needsLock) return await send();
    return await withCallLock(action.callId, { locks: context.locks, deadline }, send);
  } catch (error) {
    outgoing.pending.abandon();
    throw error;
  }
}

function toSentOperation<T extends CommsOperation>(
  { pending, observation }: OutgoingMediaAction,
  callId: string,
  { operation, location }: { operation: CommsOperation; location?: string },
): SentOperation<T> {
  const { clientContext } = pending;
  pending.accepted(operation);
  observation.recordIds({ operationId: operation.id, clientContext });
  return {
    callId,
    id: operation.id,
    clientContext,
    operation: operation as T,
    completion: (options) => pending.completion(options) as Promise<OperationOutcome<T>>,
    ...(location !== undefined && { location }),
  };
}
