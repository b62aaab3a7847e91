import { DtmfError } from "@graph-dtmf/models";

/** What was asked of Redis was not done, or not known to be done in time. Redis' or the client's own error is the cause. */
export function unavailable(what: string, cause?: unknown): DtmfError {
  return new DtmfError("store_unavailable", what, cause === undefined ? undefined : { cause });
}

/** Redis answered, with an error. */
export function refused(cause: unknown): DtmfError {
  return unavailable("Redis did not do what it was asked for", cause);
}
