import type { LogFields, Logger } from "@graph-dtmf/models";
import { errorFields, ignoreErrors } from "@graph-dtmf/models/internal";
import type { Notification } from "../parsing/notification.ts";
import type { Refusal } from "./refusal.ts";

/** Hears of everything that went wrong behind the door, with the notification where it was about one. */
export type ErrorListener = (error: unknown, notification?: Notification) => void;

/** Tells the operator what happened. None of it ever throws. */
export interface Reporter {
  /** Something failed that somebody has to look at. */
  failed(error: unknown, notification?: Notification): void;
  refused(refusal: Refusal): void;
  /** Absent where nobody reads the log. */
  received?(fields: LogFields): void;
}

/** Reports to `onError` and to the logger. With neither, failures go to the console: they are never silent. */
export function createReporter({ onError, logger }: { onError?: ErrorListener; logger?: Logger }): Reporter {
  const failureLog = logger ?? (onError ? undefined : console);
  const failed: Reporter["failed"] = (error, notification) => {
    const fields = { ...fieldsOf(error), kind: notification?.kind, callId: notification?.callId };
    ignoreErrors(() => failureLog?.error("graph-dtmf: receiving notifications failed", fields));
    ignoreErrors(() => onError?.(error, notification));
  };
  return {
    failed,
    refused({ reason, answer: { status }, cause }) {
      const level = status < 400 ? "info" : "warn";
      const fields = { reason, status, ...fieldsOf(cause) };
      ignoreErrors(() => logger?.[level]("graph-dtmf: a request was not taken as notifications", fields));
      // What anybody on the internet can cause is no failure: the log has it.
      if (cause !== undefined && reason !== "unauthenticated") failed(cause);
    },
    ...(logger && {
      received: (fields) => ignoreErrors(() => logger.debug("graph-dtmf: notifications received", fields)),
    }),
  };
}

/** Never the message, which may hold digits. A refused token also has its reason. */
function fieldsOf(error: unknown): LogFields {
  const { code, reason } = Object(error) as { code?: unknown; reason?: unknown };
  return {
    ...errorFields(error),
    ...(code === "unauthenticated_notification" && typeof reason === "string" && { fault: reason }),
  };
}
