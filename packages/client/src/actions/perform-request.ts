import { randomUUID } from "node:crypto";
import type { RequestDeadline } from "../delivery/request-deadline.ts";
import { type OutgoingRequest, type SendContext, sendWithRetry } from "../delivery/send-with-retry.ts";
import { toClientError } from "../errors/to-client-error.ts";
import type { Observer } from "../telemetry/observer.ts";
import type { RequestOptions } from "./request-options.ts";

/** The parts of a client that every request uses. */
export interface RequestContext extends SendContext {
  observer: Observer;
  createDeadline(options: RequestOptions): RequestDeadline;
}

/** A request that is complete with its response: no notification follows. */
type SimpleRequest<T> = Pick<OutgoingRequest<T>, "request" | "read" | "idempotent"> & {
  /** The name of the action in logs and spans. */
  action: string;
  callId?: string;
  /** Returns the id of the call that Graph created, for logs and spans. */
  createdCallId?: (value: T) => string;
};

/** Sends a request and returns the value that Graph answered. */
export async function performRequest<T>(
  { action, callId, createdCallId, ...definition }: SimpleRequest<T>,
  context: RequestContext,
  options: RequestOptions = {},
): Promise<T> {
  const deadline = context.createDeadline(options);
  deadline.throwIfAborted();
  const { tenantId, signal } = options;
  const clientRequestId = randomUUID();
  const { method } = definition.request;
  return context.observer.observe({ action, method, clientRequestId, callId, tenantId }, async (observation) => {
    const outgoing: OutgoingRequest<T> = { ...definition, clientRequestId, tenantId, signal, observation };
    const result = await sendWithRetry(outgoing, context, deadline);
    if (result.kind === "confirmed") throw new Error("a request without an operation cannot be confirmed");
    if (result.kind !== "accepted") throw toClientError(result, { ...outgoing, callId, nowMs: context.clock.now() });
    if (createdCallId) observation.recordIds({ callId: createdCallId(result.value) });
    return result.value;
  });
}
