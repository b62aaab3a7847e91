import type { NotificationAnswer } from "../http/notification-request.ts";

/** Why a request is refused. */
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
  // 204 makes the service send the notification again in Graph's own protocol.
  legacyProtocol: { status: 204, headers: {} },
  failed: { status: 500, headers: {} },
};

/** Thrown to refuse a request. `cause` is for logs and is not part of the answer. */
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

/** Maps an error of the verifier to a refusal. Unexpected errors are answered with 500. */
export function refusalFromVerifierError(cause: unknown): Refusal {
  const { code } = Object(cause) as { code?: unknown };
  if (code === "unauthenticated_notification") return new Refusal("unauthenticated", { cause });
  return new Refusal(code === "keys_unavailable" ? "keysUnavailable" : "failed", { cause });
}
