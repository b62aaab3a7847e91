import { type Clock, InvalidRequestError } from "@graph-dtmf/models";
import type { CallNotification, Notification } from "../parsing/notification.ts";
import { RedirectTimeoutError } from "./errors.ts";

/**
 * Decides whether another deployment takes an incoming call. It returns the URL that Graph has to send the notification
 * to, or `undefined` to take the call here. It has 5 seconds, because a call must be answered within 15 seconds. It is
 * called again if Graph sends the notification again.
 */
export type RedirectIncoming = (
  notification: CallNotification,
) => string | URL | undefined | Promise<string | URL | undefined>;

const TIMEOUT_MS = 5_000;

/** Returns whether the notification reports an incoming call. */
export function isIncoming(notification: Notification): notification is CallNotification {
  return notification.kind === "call" && notification.call.state === "incoming";
}

/**
 * Returns the URL that the call is redirected to; `undefined` if it is not redirected.
 *
 * @throws what `redirectIncoming` throws; `invalid_request` if it returns anything but an absolute http or https URL;
 * `redirect_timeout` if it does not settle in time.
 */
export async function redirectTarget(
  notification: CallNotification,
  decide: RedirectIncoming,
  clock: Clock,
): Promise<string | undefined> {
  const target = await withTimeout(async () => decide(notification), clock);
  if (target === undefined) return undefined;
  const url = URL.canParse(String(target)) ? new URL(String(target)) : undefined;
  if (url?.protocol !== "https:" && url?.protocol !== "http:") {
    throw new InvalidRequestError("expected redirectIncoming to return an absolute http or https URL");
  }
  // URL escapes every character that is invalid in a header.
  return url.href;
}

function withTimeout<T>(decide: () => Promise<T>, clock: Clock): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(TIMEOUT_MS, () => reject(new RedirectTimeoutError(TIMEOUT_MS)));
    decide()
      .then(resolve, reject)
      .finally(() => timer.cancel());
  });
}
