import type { LogFields, Logger } from "@graph-dtmf/models";
import { errorFields, ignoreErrors } from "@graph-dtmf/models/internal";
import type { Notification } from "../parsing/notification.ts";
import type { Refusal } from "./refusal.ts";

/** Called with every error of the receiver and of handlers, and with the notification if the error concerns one. */
export type ErrorListener = (error: unknown, notification?: Notification) => void;

/** Reports errors and refusals to the log and to `onError`. Its methods never throw. */
export interface ErrorReporter {
  reportError(error: unknown, notification?: Notification): void;
  reportRefusal(refusal: Refusal): void;
  /** Absent without a logger. */
  logReceived?(fields: LogFields): void;
}

/** Creates a reporter. Without `onError` and `logger`, errors are written to the console. */
export function createErrorReporter({ onError, logger }: { onError?: ErrorListener; logger?: Logger }): ErrorReporter {
  const errorLog = logger ?? (onError ? undefined : console);
  const reportError: ErrorReporter["reportError"] = (error, notification) => {
    const fields = { ...toLogFields(error), kind: notification?.kind, callId: notification?.callId };
    ignoreErrors(() => errorLog?.error("graph-dtmf: receiving notifications failed", fields));
    ignoreErrors(() => onError?.(error, notification));
  };
  return {
    reportError,
    reportRefusal({ reason, answer: { status }, cause }) {
      const level = status < 400 ? "info" : "warn";
      const fields = { reason, status, ...toLogFields(cause) };
      ignoreErrors(() => logger?.[level]("graph-dtmf: request refused", fields));
      // Any sender can cause a 401, so `onError` is not called for it.
      if (cause !== undefined && reason !== "unauthenticated") reportError(cause);
    },
    ...(logger && {
      logReceived: (fields) => ignoreErrors(() => logger.debug("graph-dtmf: notifications received", fields)),
    }),
  };
}

/** Omits the message, which may contain digits. For a rejected token, `fault` has the reason. */
function toLogFields(error: unknown): LogFields {
  const { code, reason } = Object(error) as { code?: unknown; reason?: unknown };
  return {
    ...errorFields(error),
    ...(code === "unauthenticated_notification" && typeof reason === "string" && { fault: reason }),
  };
}
