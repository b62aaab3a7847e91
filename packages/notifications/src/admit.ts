import { refusalOf, tenantOf } from "./authenticate.ts";
import type { BodyFault, BodyLimits, BodyReading } from "./body.ts";
import { isLegacyNotification, parseJson } from "./envelope.ts";
import type { Notification } from "./notification.ts";
import type { NotificationRequest } from "./notification-request.ts";
import type { NotificationVerifier } from "./notification-verifier.ts";
import { parseNotifications } from "./parse.ts";
import { BodyAlreadyReadError } from "./receiver-errors.ts";
import { Refusal, type RefusalReason } from "./refusal.ts";

/** What stands at the door. */
export interface Door {
  verifier: NotificationVerifier;
  limits: BodyLimits;
}

/**
 * Lets a request in, and returns what it brought: the token is verified before one byte of the body is read.
 *
 * @throws {@link Refusal} which says how to answer instead.
 */
export async function admit(request: NotificationRequest, { verifier, limits }: Door): Promise<Notification[]> {
  if (request.method !== "POST") throw new Refusal("method");
  const { authorization } = request;
  // No token has a comma in it: these are two headers, and nobody knows which of them a proxy before us has looked at.
  if (authorization?.includes(",")) throw new Refusal("unauthenticated");
  let tenantId: string;
  try {
    // Waited for right here: one more async function would cost as much as to look up a token that is known.
    tenantId = tenantOf(await verifier.verify(authorization));
  } catch (cause) {
    throw refusalOf(cause);
  }
  if (Number(request.contentLength) > limits.maxBytes) throw new Refusal("bodyTooLarge");
  const reading = request.readBody(limits);
  return notificationsOf("then" in reading ? await reading : reading, tenantId);
}

function notificationsOf(reading: BodyReading, tenantId: string): Notification[] {
  const notifications = parse(bodyOf(reading));
  for (const notification of notifications) notification.tenantId = tenantId;
  return notifications;
}

const REFUSALS: Readonly<Record<BodyFault, RefusalReason>> = {
  tooLarge: "bodyTooLarge",
  tooSlow: "bodyTooSlow",
  incomplete: "bodyIncomplete",
  alreadyRead: "bodyAlreadyRead",
};

function bodyOf(reading: BodyReading): unknown {
  if ("body" in reading) return reading.body;
  const { fault } = reading;
  throw new Refusal(REFUSALS[fault], fault === "alreadyRead" ? { cause: new BodyAlreadyReadError() } : undefined);
}

function parse(body: unknown): Notification[] {
  try {
    const envelope = typeof body === "string" || body instanceof Uint8Array ? parseJson(body) : body;
    if (isLegacyNotification(envelope)) throw new Refusal("legacyProtocol");
    return parseNotifications(envelope);
  } catch (error) {
    if ((Object(error) as { code?: unknown }).code !== "invalid_notification") throw error;
    throw new Refusal("noEnvelope", { cause: error });
  }
}
