import { type Clock, InvalidRequestError } from "@graph-dtmf/models";
import type { CallNotification, Notification } from "../parsing/notification.ts";
import { RedirectTimeoutError } from "./errors.ts";

/**
 * Decides whether another deployment takes an incoming call: returns the URL to which Graph shall send this
 * notification instead, or `undefined` to take the call here. It has 5 seconds, since an incoming call must be answered
 * within 15. For a notification that is delivered again it is asked again.
 */
export type RedirectIncoming = (
  notification: CallNotification,
) => string | URL | undefined | Promise<string | URL | undefined>;

const TIMEOUT_MS = 5_000;

/** Whether somebody calls. */
export function isIncoming(notification: Notification): notification is CallNotification {
  return notification.kind === "call" && notification.call.state === "incoming";
}

/**
 * Asks where the call shall go; `undefined` if it stays.
 *
 * @throws what the decision throws; `invalid_request` if it gives anything but an absolute http or https URL;
 * `redirect_timeout` if it gives nothing in time.
 */
export async function redirectTarget(
  notification: CallNotification,
  decide: RedirectIncoming,
  clock: Clock,
): Promise<string | undefined> {
  const target = await inTime(async () => decide(notification), clock);
  if (target === undefined) return undefined;
  const url = URL.canParse(String(target)) ? new URL(String(target)) : undefined;
  if (url?.protocol !== "https:" && url?.protocol !== "http:") {
    throw new InvalidRequestError("expected redirectIncoming to return an absolute http or https URL");
  }
  // As the URL class writes it there is nothing in it that a header could not hold.
  return url.href;
}

function inTime<T>(decide: () => Promise<T>, clock: Clock): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(TIMEOUT_MS, () => reject(new RedirectTimeoutError(TIMEOUT_MS)));
    decide()
      .then(resolve, reject)
      .finally(() => timer.cancel());
  });
}
