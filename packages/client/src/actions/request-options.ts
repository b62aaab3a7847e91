import { InvalidRequestError } from "@graph-dtmf/models";
import { isNonEmptyText } from "@graph-dtmf/models/internal";

/** The options of one request. */
export interface RequestOptions {
  /** Ends the request with `aborted` while nothing can have been executed. Later it makes the delivery unknown. */
  signal?: AbortSignal;
  /**
   * How long to try, in milliseconds, while nothing was executed: without a connection, after 429 or 503 with
   * Retry-After, or behind other media actions of the call. Default 30,000.
   */
  timeoutMs?: number;
  /** The tenant of the call, for bots that serve several tenants. The credential is called with it. */
  tenantId?: string;
}

const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * Checks the options of a request and fills in the default timeout.
 *
 * @throws InvalidRequestError for an option of the wrong type.
 */
export function checkRequestOptions(options: RequestOptions): { signal: AbortSignal | undefined; timeoutMs: number } {
  if (typeof options !== "object" || options === null) {
    throw new InvalidRequestError("options must be { signal?, timeoutMs?, tenantId? }");
  }
  const { signal, timeoutMs = DEFAULT_TIMEOUT_MS, tenantId } = options;
  if (!(typeof timeoutMs === "number" && timeoutMs >= 0)) {
    throw new InvalidRequestError("timeoutMs must be a number of milliseconds, 0 or more");
  }
  if (signal !== undefined && typeof signal?.addEventListener !== "function") {
    throw new InvalidRequestError("signal must be an AbortSignal");
  }
  if (tenantId !== undefined && !isNonEmptyText(tenantId)) {
    throw new InvalidRequestError("tenantId must be a non-empty string");
  }
  return { signal, timeoutMs };
}
