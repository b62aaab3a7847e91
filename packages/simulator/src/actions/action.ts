import type { CallSession } from "../calls/call-session.ts";
import type { Calls } from "../calls/calls.ts";
import type { FaultQueue } from "../faults/fault-queue.ts";
import type { Answer, IncomingRequest } from "../http/http-listener.ts";
import type { GraphRoute } from "../http/route.ts";
import type { OperationResource } from "../schema/operation-resource.ts";

/** An authenticated request. */
interface RequestContext {
  route: GraphRoute;
  inbound: IncomingRequest;
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
export type ActionHandler = (context: RequestContext, actionContext: ActionContext) => Answer | Promise<Answer>;

/** Runs an action on a call. Its notifications follow the response, unless a fault requires them before it. */
export async function runOnCall(
  call: CallSession,
  { inbound, faults }: { inbound: IncomingRequest; faults: FaultQueue },
  act: () => Answer,
): Promise<Answer> {
  if (!faults.takeEarly()) {
    call.outbox.holdUntil(inbound.done);
    return act();
  }
  const told = call.outbox.waitForNext();
  const answer = act();
  await told;
  return answer;
}

/** The URL of a call, or of an operation in it, with the version and root of the request. */
export function locationOf({ route, inbound }: RequestContext, callId: string, operationId?: string): string {
  const call = `${inbound.origin}/${route.version}/${route.root}/calls/${callId}`;
  return operationId === undefined ? call : `${call}/operations/${operationId}`;
}

/** The response to a request that started an operation. */
export function operationAnswer(context: RequestContext, callId: string, operation: OperationResource): Answer {
  return { status: 200, headers: { Location: locationOf(context, callId, operation.id) }, body: operation };
}

/** Graph's calling service sends a content type although these responses have no body. */
export function emptyAnswer(status: 200 | 202): Answer {
  return { status, headers: { "Content-Type": "text/plain; charset=utf-8" } };
}
