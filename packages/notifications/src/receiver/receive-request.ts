import type { BodyLimits } from "../http/body.ts";
import type { NotificationAnswer, NotificationRequest } from "../http/notification-request.ts";
import type { NotificationVerifier } from "../verification/notification-verifier.ts";
import { type DispatchContext, enqueue, findRedirect, persist, toAnswer } from "./dispatch.ts";
import type { NotificationBatch } from "./notification-batch.ts";
import type { Observer, RequestObserver } from "./observer.ts";
import { Refusal } from "./refusal.ts";
import { authenticate, checkHeaders, parseBody, readBody } from "./validate-request.ts";

/** The parts of a receiver. */
export interface ReceiverContext {
  verifier: NotificationVerifier;
  limits: BodyLimits;
  dispatch: DispatchContext;
  observer: Observer | undefined;
}

/**
 * Receives one request. The token is verified before the body is read, and outcomes are persisted before the answer.
 * Never rejects.
 */
export async function receiveRequest(
  request: NotificationRequest,
  { verifier, limits, dispatch, observer }: ReceiverContext,
): Promise<NotificationAnswer> {
  const requestObserver = observer?.startRequest();
  let batch: NotificationBatch | undefined;
  try {
    checkHeaders(request);
    const tenantId = await authenticate(request, verifier);
    const body = await readBody(request, limits);
    batch = enqueue(parseBody(body, tenantId), dispatch);
    await Promise.all(batch.items.map((item) => persist(item, dispatch)));
    const location = await findRedirect(batch, dispatch);
    requestObserver?.recordItems(batch.items);
    const answer = toAnswer(batch, location, dispatch);
    requestObserver?.end(answer.status);
    return answer;
  } catch (error) {
    batch?.skip();
    return refuse(error, dispatch, requestObserver);
  }
}

function refuse(
  error: unknown,
  { reporter }: DispatchContext,
  requestObserver: RequestObserver | undefined,
): NotificationAnswer {
  const refusal = error instanceof Refusal ? error : new Refusal("failed", { cause: error });
  reporter.reportRefusal(refusal);
  requestObserver?.end(refusal.answer.status, refusal.reason);
  return refusal.answer;
}
