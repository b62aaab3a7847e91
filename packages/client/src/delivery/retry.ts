import type { ExchangeResult } from "../transport/http-transport.ts";
import type { ClassifiedResponse } from "./classify-response.ts";
import { parseRetryAfter } from "./retry-after.ts";

/** Without Retry-After the delays are 0.25, 0.5, 1, 2, 4, and then always 8 seconds. */
const FIRST_BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 8_000;

/** The state on which the next retry depends. */
interface RetryState {
  /** The number of attempts so far. */
  attempts: number;
  /** Whether a second execution is harmless, as with get, hangUp and keepAlive. */
  idempotent: boolean;
  nowMs: number;
}

/**
 * The delay before the same request is sent again, in milliseconds. `undefined` if it must not be sent again.
 *
 * A request is sent again only if it was certainly not executed: no byte was sent, 429, or 503 with Retry-After. An
 * idempotent request is also sent again if its delivery is unknown. The delay is never shorter than Retry-After.
 */
export function retryDelayMs(classified: ClassifiedResponse<unknown>, state: RetryState): number | undefined {
  switch (classified.kind) {
    case "notSent":
      return backoffMs(state);
    case "unknown":
      return state.idempotent && isTransient(classified.response.status)
        ? retryAfterOrBackoffMs(classified.response, state)
        : undefined;
    case "refused":
      return classified.response.status === 429 || classified.response.status === 503
        ? retryAfterOrBackoffMs(classified.response, state)
        : undefined;
    case "accepted":
      return undefined;
  }
}

/** 501 is permanent. A 2xx with an unexpected body would have the same body again. */
function isTransient(status = 500): boolean {
  return status === 408 || (status >= 500 && status !== 501);
}

function backoffMs({ attempts }: RetryState): number {
  return Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempts - 1));
}

function retryAfterOrBackoffMs({ headers }: ExchangeResult, state: RetryState): number {
  const retryAfterMs = parseRetryAfter(headers?.["retry-after"], state.nowMs);
  if (retryAfterMs === undefined) return backoffMs(state);
  // Retry-After: 0 is honoured once; then at least 250 ms, to avoid a retry storm.
  return state.attempts === 1 ? retryAfterMs : Math.max(retryAfterMs, FIRST_BACKOFF_MS);
}
