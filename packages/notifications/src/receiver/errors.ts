import { DtmfError } from "@graph-dtmf/models";

/** Somebody has read the body of a request before the receiver could, and left nothing of it. Told to `onError`. */
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

/** A notification that its handlers never saw, because too many of its call were waiting for them. Told to `onError`. */
export class NotificationDroppedError extends DtmfError {
  override readonly name = "NotificationDroppedError";
  declare readonly code: "notification_dropped";
  readonly callId: string;

  constructor(callId: string, limit: number) {
    super("notification_dropped", `expected at most ${limit} notifications of one call to wait, dropped the oldest`);
    this.callId = callId;
  }
}

/** `redirectIncoming` did not decide in time; the call was taken as not redirected. Told to `onError`. */
export class RedirectTimeoutError extends DtmfError {
  override readonly name = "RedirectTimeoutError";
  declare readonly code: "redirect_timeout";

  constructor(timeoutMs: number) {
    super("redirect_timeout", `expected redirectIncoming to decide within ${timeoutMs} ms, it did not`);
  }
}
