import type { CallSession } from "../calls/call-session.ts";
import type { Calls } from "../calls/calls.ts";
import type { FaultQueue } from "../faults/fault-queue.ts";
import type { HttpRequest, HttpResponse } from "../http/http-listener.ts";
import type { GraphRoute } from "../http/route.ts";
import type { OperationResource } from "../schema/operation-resource.ts";

/** An authenticated request. */
interface RequestContext {
  route: GraphRoute;
  request: HttpRequest;
  /** Application permissions of the token. */
  roles: readonly string[];
}

/** What actions need. */
export interface ActionContext {
  calls: Calls;
  faults: FaultQueue;
  tenantId: string;
}

/** Runs an action. */
export type ActionHandler = (
  context: RequestContext,
  actionContext: ActionContext,
) => HttpResponse | Promise<HttpResponse>;

/** Runs an action on a call. Its notifications follow the response, unless a fault requires them before it. */
export async function runOnCall(
  call: CallSession,
  { request, faults }: { request: HttpRequest; faults: FaultQueue },
  action: () => HttpResponse,
): Promise<HttpResponse> {
  if (!faults.takeEarly()) {
    call.outbox.holdUntil(request.done);
    return action();
  }
  const delivered = call.outbox.waitForNext();
  const response = action();
  await delivered;
  return response;
}

/** The URL of a call, or of an operation in it, with the version and root of the request. */
export function locationOf({ route, request }: RequestContext, callId: string, operationId?: string): string {
  const call = `${request.origin}/${route.version}/${route.root}/calls/${callId}`;
  return operationId === undefined ? call : `${call}/operations/${operationId}`;
}

/** The response to a request that started an operation. */
export function operationResponse(context: RequestContext, callId: string, operation: OperationResource): HttpResponse {
  return { status: 200, headers: { Location: locationOf(context, callId, operation.id) }, body: operation };
}

/** Graph's calling service sends a content type although these responses have no body. */
export function emptyResponse(status: 200 | 202): HttpResponse {
  return { status, headers: { "Content-Type": "text/plain; charset=utf-8" } };
}
