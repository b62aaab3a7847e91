import type { CallSession } from "../calls/call-session.ts";
import type { Calls } from "../calls/calls.ts";
import type { FaultQueue } from "../faults/fault-queue.ts";
import type { Answer } from "../http/answer.ts";
import { GraphError } from "../http/graph-error.ts";
import type { Inbound } from "../http/http-listener.ts";
import type { GraphRoute } from "../http/route.ts";
import type { OperationResource } from "../schema/operation-resource.ts";

/** One request, let in. */
export interface RequestContext {
  route: GraphRoute;
  inbound: Inbound;
  /** Application permissions of the token. */
  roles: readonly string[];
}

/** What actions work on. */
export interface ActionContext {
  calls: Calls;
  faults: FaultQueue;
  tenantId: string;
}

/** Carries a request out. */
export type Perform = (context: RequestContext, actionContext: ActionContext) => Answer | Promise<Answer>;

/** Does something to a call; what the call tells of it follows the answer, unless the answer was ordered to wait for it. */
export async function actOn(
  call: CallSession,
  { inbound, faults }: { inbound: Inbound; faults: FaultQueue },
  act: () => Answer,
): Promise<Answer> {
  if (!faults.takeEarly()) {
    call.outbox.holdUntil(inbound.answered);
    return act();
  }
  const told = call.outbox.waitForNext();
  const answer = act();
  await told;
  return answer;
}

/** Where a call, or something in it, is found: under the names by which it was asked for. */
export function locationOf({ route, inbound }: RequestContext, callId: string, operationId?: string): string {
  const call = `${inbound.origin}/${route.version}/${route.root}/calls/${callId}`;
  return operationId === undefined ? call : `${call}/operations/${operationId}`;
}

/** An operation that was begun, as its action answers it. */
export function operationAnswer(context: RequestContext, callId: string, operation: OperationResource): Answer {
  return { status: 200, headers: { Location: locationOf(context, callId, operation.id) }, body: operation };
}

/** Graph's calling service answers these with a content type for a body that is not there. */
export function emptyAnswer(status: 200 | 202): Answer {
  return { status, headers: { "Content-Type": "text/plain; charset=utf-8" } };
}

/** The application lacks a permission. */
export function permissionMissing(): GraphError {
  return new GraphError(403, "7504", {
    message: "Insufficient enterprise tenant permissions, cannot access this API.",
  });
}
