import { DtmfError } from "@graph-dtmf/models";

/**
 * The body is not an envelope of notifications. The message names the type and size of what came and never quotes the
 * body.
 */
export class InvalidNotificationError extends DtmfError {
  override readonly name = "InvalidNotificationError";
  declare readonly code: "invalid_notification";

  constructor(message: string, options?: ErrorOptions) {
    super("invalid_notification", message, options);
  }
}
