import { DtmfError } from "@graph-dtmf/models";

/** The body of a request was read before the receiver could read it. Reported to `onError`. */
export class BodyAlreadyReadError extends DtmfError {
  override readonly name = "BodyAlreadyReadError";
  declare readonly code: "body_already_read";

  constructor() {
    super(
      "body_already_read",
      "expected a request whose body is unread, got one that was consumed before: put the receiver before any body " +
        "parser, give it a clone, or on Node leave what was parsed in `request.body`",
    );
  }
}

/** A notification was not handled, because too many notifications of its call were waiting. Reported to `onError`. */
export class NotificationDroppedError extends DtmfError {
  override readonly name = "NotificationDroppedError";
  declare readonly code: "notification_dropped";
  readonly callId: string;

  constructor(callId: string, limit: number) {
    super("notification_dropped", `expected at most ${limit} notifications of one call to wait, dropped the oldest`);
    this.callId = callId;
  }
}

/** `redirectIncoming` did not settle in time, so the call was not redirected. Reported to `onError`. */
export class RedirectTimeoutError extends DtmfError {
  override readonly name = "RedirectTimeoutError";
  declare readonly code: "redirect_timeout";

  constructor(timeoutMs: number) {
    super("redirect_timeout", `expected redirectIncoming to settle within ${timeoutMs} ms, it did not`);
  }
}
