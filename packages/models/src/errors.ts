/**
 * The code of every error that graph-dtmf throws, whichever package throws it. New codes may be added in a minor version.
 */
export type DtmfErrorCode =
  | "abandoned"
  | "aborted"
  | "answer_too_late"
  | "body_already_read"
  | "call_ended"
  | "closed"
  | "delivery_unknown"
  | "graph_request_failed"
  | "invalid_notification"
  | "invalid_request"
  | "invalid_tones"
  | "keys_unavailable"
  | "no_watcher"
  | "not_sent"
  | "not_supported"
  | "notification_dropped"
  | "redirect_timeout"
  | "store_unavailable"
  | "timed_out"
  | "token_unavailable"
  | "too_many_pending"
  | "unauthenticated_notification"
  | "unknown_call";

/**
 * Base class of all errors of graph-dtmf.
 *
 * `code` is the contract: `instanceof` fails between the ESM and the CommonJS copy of a package. Neither `message`
 * nor any field contains digits.
 */
export class DtmfError extends Error {
  override readonly name: string = "DtmfError";
  /** What went wrong, as a literal to switch on. Each subclass narrows it. */
  readonly code: DtmfErrorCode;

  constructor(code: DtmfErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Invalid keys or tones in an argument. Thrown before any I/O. */
export class InvalidTonesError extends DtmfError {
  override readonly name = "InvalidTonesError";
  declare readonly code: "invalid_tones";
  /**
   * Position of the invalid key or tone, counted from 0. Absent if the whole argument is invalid, such as an empty
   * list.
   */
  declare readonly index?: number;

  constructor(message: string, index?: number) {
    super("invalid_tones", message);
    if (index !== undefined) this.index = index;
  }
}

/** An argument that Graph would refuse, or that would address another resource than intended. Thrown before any I/O. */
export class InvalidRequestError extends DtmfError {
  override readonly name = "InvalidRequestError";
  declare readonly code: "invalid_request";

  constructor(message: string, options?: ErrorOptions) {
    super("invalid_request", message, options);
  }
}
