import type { BodyFault, BodyLimits, BodyReading } from "../http/body.ts";
import { declaredLength } from "../http/declared-length.ts";
import type { NotificationRequest } from "../http/notification-request.ts";
import { isLegacyNotification, parseJson } from "../parsing/envelope.ts";
import type { Notification } from "../parsing/notification.ts";
import { parseNotifications } from "../parsing/parse-notifications.ts";
import { BodyAlreadyReadError } from "./errors.ts";
import { Refusal, type RefusalReason } from "./refusal.ts";

/** @throws {@link Refusal} for what is refused whoever sent it. */
export function checkHead({ method, authorization }: NotificationRequest): void {
  if (method !== "POST") throw new Refusal("method");
  // No token has a comma in it: these are two headers, and nobody knows which of them a proxy before us has looked at.
  if (authorization?.includes(",")) throw new Refusal("unauthenticated");
}

/**
 * Reads the body of a request whose token was verified.
 *
 * @throws {@link Refusal} unless its declared length, if it has one, is within the limit.
 */
export function readBody(request: NotificationRequest, limits: BodyLimits): BodyReading | Promise<BodyReading> {
  const { contentLength } = request;
  if (contentLength !== null && !(declaredLength(contentLength) <= limits.maxBytes)) throw new Refusal("bodyTooLarge");
  return request.readBody(limits);
}

/**
 * What a body brought, from a tenant.
 *
 * @throws {@link Refusal} which says how to answer instead.
 */
export function notificationsOf(reading: BodyReading, tenantId: string): Notification[] {
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
