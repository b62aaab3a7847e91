import { DtmfError } from "@graph-dtmf/models";

/**
 * A command was not executed, or its reply did not arrive in time. The cause is the error of Redis or of the client.
 */
export function storeUnavailable(what: string, cause?: unknown): DtmfError {
  return new DtmfError("store_unavailable", what, cause === undefined ? undefined : { cause });
}

/** Redis replied with an error. */
export function errorReply(cause: unknown): DtmfError {
  return storeUnavailable("Redis answered a command with an error: see the cause", cause);
}
