import { type BodyFault, type BodyLimits, parseContentLength } from "../http/body.ts";
import type { NotificationAnswer, NotificationRequest } from "../http/notification-request.ts";
import type { Notification } from "../parsing/notification.ts";
import { isLegacyNotification, parseJson, parseNotifications } from "../parsing/parse-notifications.ts";
import type { NotificationVerifier } from "../verification/notification-verifier.ts";
import { type DispatchContext, enqueue, findRedirect, persist, toAnswer } from "./dispatch.ts";
import { BodyAlreadyReadError } from "./errors.ts";
import type { NotificationBatch } from "./notification-batch.ts";
import type { Observer, RequestObserver } from "./observer.ts";
import { Refusal, type RefusalReason, refusalFromVerifierError } from "./refusal.ts";

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

/** @throws {@link Refusal} for another method than POST and for several Authorization headers. */
function checkHeaders({ method, authorization }: NotificationRequest): void {
  if (method !== "POST") throw new Refusal("method");
  // Tokens contain no comma, so these are two headers. A proxy may have checked the other one.
  if (authorization?.includes(",")) throw new Refusal("unauthenticated");
}

/**
 * Verifies the token of a request and returns its tenant.
 *
 * @throws {@link Refusal} if the verifier throws or returns no tenant.
 */
async function authenticate({ authorization }: NotificationRequest, verifier: NotificationVerifier): Promise<string> {
  try {
    const { tenantId } = await verifier.verify(authorization);
    if (typeof tenantId === "string" && tenantId !== "") return tenantId;
    throw new TypeError("expected a tenantId of the verifier, got none");
  } catch (cause) {
    throw refusalFromVerifierError(cause);
  }
}

const REFUSALS: Readonly<Record<BodyFault, RefusalReason>> = {
  tooLarge: "bodyTooLarge",
  tooSlow: "bodyTooSlow",
  incomplete: "bodyIncomplete",
  alreadyRead: "bodyAlreadyRead",
};

/**
 * Reads the body of a request with a verified token.
 *
 * @throws {@link Refusal} if the body exceeds a limit, is incomplete, or was read before.
 */
async function readBody(request: NotificationRequest, limits: BodyLimits): Promise<unknown> {
  const { contentLength } = request;
  // NaN is refused too.
  if (contentLength !== null && !(parseContentLength(contentLength) <= limits.maxBytes)) {
    throw new Refusal("bodyTooLarge");
  }
  const reading = await request.readBody(limits);
  if ("body" in reading) return reading.body;
  const { fault } = reading;
  throw new Refusal(REFUSALS[fault], fault === "alreadyRead" ? { cause: new BodyAlreadyReadError() } : undefined);
}

/**
 * Parses the notifications of a body and adds the tenant of the token.
 *
 * @throws {@link Refusal} if the body is not an envelope, or is of the legacy protocol.
 */
function parseBody(body: unknown, tenantId: string): Notification[] {
  try {
    const envelope = typeof body === "string" || body instanceof Uint8Array ? parseJson(body) : body;
    if (isLegacyNotification(envelope)) throw new Refusal("legacyProtocol");
    const notifications = parseNotifications(envelope);
    for (const notification of notifications) notification.tenantId = tenantId;
    return notifications;
  } catch (error) {
    if ((Object(error) as { code?: unknown }).code !== "invalid_notification") throw error;
    throw new Refusal("noEnvelope", { cause: error });
  }
}
