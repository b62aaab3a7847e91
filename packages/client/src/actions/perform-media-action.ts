import { randomUUID } from "node:crypto";
import {
  type CommsOperation,
  normalizeId,
  type OperationKind,
  type OperationOutcome,
  type OperationWatcher,
  type PendingOperation,
} from "@graph-dtmf/models";
import { operationAnswer } from "../delivery/classify-response.ts";
import { OutOfTime, type Patience } from "../delivery/request-deadline.ts";
import { type Ask, type Delivery, deliver } from "../delivery/send-with-retry.ts";
import { NotSentError, noWatcher } from "../errors/errors.ts";
import { failureOf } from "../errors/to-client-error.ts";
import type { CallQueue } from "./call-lock.ts";
import type { RequestTools } from "./request.ts";
import { checkClientContext } from "./request-body.ts";
import { callPath } from "./resource-path.ts";
import type { RequestOptions, SentOperation } from "./sent-operation.ts";

/** Something that Graph does with the sound of a call, and reports on later. */
export interface MediaAction {
  callId: string;
  /** The last part of its path, as Graph spells it. */
  name: string;
  kind: OperationKind;
  /** The body without the clientContext. */
  body: object;
  clientContext?: string | undefined;
  /** How long it takes once it was accepted, in milliseconds. */
  expectedMs: number;
  /** Whether it waits for the call's other media actions to be answered. */
  queued: boolean;
}

/** What media actions are made with. */
export interface MediaTools extends RequestTools {
  queue: CallQueue;
  operations?: OperationWatcher | undefined;
}

type MediaAsk = Ask<CommsOperation> & { pending: PendingOperation };

/**
 * Has Graph do it, at most once: checks, stands ready for its notification, waits for the call's turn, delivers, and
 * hands back what was accepted.
 */
export async function performMediaAction<T extends CommsOperation>(
  make: () => MediaAction,
  tools: MediaTools,
  options: RequestOptions = {},
): Promise<SentOperation<T>> {
  const action = make();
  const path = callPath(action.callId, action.name);
  checkClientContext(action.clientContext);
  const patience = tools.patience(options);
  patience.check();
  const pending = expectOperation(action, tools.operations, options);
  const { callId, name } = action;
  const { tenantId, signal } = options;
  const clientRequestId = randomUUID();
  const observed = { action: name, method: "POST", clientRequestId, callId, tenantId };
  return await tools.observer.observe(observed, async (observation) => {
    const ask: MediaAsk = {
      request: { method: "POST", path, body: { ...action.body, clientContext: pending.clientContext } },
      clientRequestId,
      read: operationAnswer,
      idempotent: false,
      tenantId,
      signal,
      pending,
      observation,
    };
    const delivery = await deliverInTurn(ask, { action, tools, patience });
    if (delivery.kind === "heard") return handBack<T>(ask, callId, delivery);
    if (delivery.kind === "accepted") return handBack<T>(ask, callId, { ...delivery, operation: delivery.value });
    const callEnded = pending.outcome?.outcome === "callEnded";
    if (delivery.kind === "unknown") pending.deliveryUnknown();
    else pending.abandon();
    throw failureOf(delivery, {
      ...ask,
      callEnded,
      callId,
      clientContext: pending.clientContext,
      completion: (options) => pending.completion(options),
      nowMs: tools.line.clock.now(),
    });
  });
}

/** What it throws was certainly not executed. */
async function deliverInTurn(
  ask: MediaAsk,
  { action, tools, patience }: { action: MediaAction; tools: MediaTools; patience: Patience },
): Promise<Delivery<CommsOperation>> {
  const go = (): Promise<Delivery<CommsOperation>> => deliver(ask, tools.line, patience);
  try {
    return await (action.queued ? inTurn(action.callId, { queue: tools.queue, patience }, go) : go());
  } catch (error) {
    ask.pending.abandon();
    throw error;
  }
}

/**
 * Does something when the call's media actions before it have been answered, and lets the next one in after it.
 *
 * @throws NotSentError if its turn does not come in time.
 */
export async function inTurn<T>(
  callId: string,
  { queue, patience }: { queue: CallQueue; patience: Patience },
  action: () => Promise<T>,
): Promise<T> {
  let leave: () => void;
  try {
    leave = await queue.enter(normalizeId(callId), patience);
  } catch (cause) {
    throw cause instanceof OutOfTime ? new NotSentError(cause, "its turn in the call did not come in time") : cause;
  }
  try {
    return await action();
  } finally {
    leave();
  }
}

function handBack<T extends CommsOperation>(
  { pending, observation }: MediaAsk,
  callId: string,
  { operation, location }: { operation: CommsOperation; location?: string },
): SentOperation<T> {
  const { clientContext } = pending;
  pending.accepted(operation);
  observation.made({ operationId: operation.id, clientContext });
  return {
    callId,
    id: operation.id,
    clientContext,
    operation: operation as T,
    completion: (options) => pending.completion(options) as Promise<OperationOutcome<T>>,
    ...(location !== undefined && { location }),
  };
}

function expectOperation(
  action: MediaAction,
  operations: OperationWatcher | undefined,
  { tenantId }: RequestOptions,
): PendingOperation {
  const { callId, clientContext, expectedMs, kind } = action;
  if (!operations) return unwatched(clientContext ?? randomUUID());
  return operations.expect({
    callId,
    expectedMs,
    kind,
    ...(clientContext !== undefined && { clientContext }),
    ...(tenantId !== undefined && { tenantId }),
  });
}

/** Stands in for a watcher where there is none: the request is sent all the same, its end is not heard. */
function unwatched(clientContext: string): PendingOperation {
  return {
    clientContext,
    accepted() {},
    deliveryUnknown() {},
    abandon() {},
    completion: () => Promise.reject(noWatcher()),
  };
}
