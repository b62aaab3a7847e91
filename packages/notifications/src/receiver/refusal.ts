import type { NotificationAnswer } from "../http/notification-request.ts";

/** Why a request gets no further than the door. */
export type RefusalReason =
  | "method"
  | "unauthenticated"
  | "keysUnavailable"
  | "bodyTooLarge"
  | "bodyTooSlow"
  | "bodyIncomplete"
  | "bodyAlreadyRead"
  | "noEnvelope"
  | "legacyProtocol"
  | "failed";

const ANSWERS: Readonly<Record<RefusalReason, NotificationAnswer>> = {
  method: { status: 405, headers: { allow: "POST" } },
  unauthenticated: { status: 401, headers: { "www-authenticate": "Bearer" } },
  keysUnavailable: { status: 503, headers: {} },
  bodyTooLarge: { status: 413, headers: {} },
  bodyTooSlow: { status: 408, headers: {} },
  bodyIncomplete: { status: 400, headers: {} },
  bodyAlreadyRead: { status: 400, headers: {} },
  noEnvelope: { status: 400, headers: {} },
  // Not neutral: it asks Graph to send the same again in its own protocol.
  legacyProtocol: { status: 204, headers: {} },
  failed: { status: 500, headers: {} },
};

/** Ends the reception of a request. `cause` is for the operator, and never reaches the sender. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly reason: RefusalReason;
  readonly answer: NotificationAnswer;

  constructor(reason: RefusalReason, options?: ErrorOptions) {
    super(`a notification request was refused: ${reason}`, options);
    this.reason = reason;
    this.answer = ANSWERS[reason];
  }
}
