import type { Exchanged } from "../transport/exchange.ts";
import type { Verdict } from "./classify-response.ts";
import { parseRetryAfter } from "./retry-after.ts";

/** Backs off 0.25, 0.5, 1, 2, 4, then 8 seconds where Graph names no time. */
const FIRST_BACKOFF_MS = 250;
const LONGEST_BACKOFF_MS = 8_000;

/** What has been tried. */
export interface Tried {
  /** How often, this time included. */
  attempts: number;
  /** Whether it does no harm to do it twice: reading, hanging up, keeping alive. */
  idempotent: boolean;
  nowMs: number;
}

/**
 * How long to wait before the same request is sent again, in milliseconds; `undefined` if it must not be.
 *
 * Only what was certainly not executed is sent again: no byte left, 429, and 503 with Retry-After. What does no harm
 * twice is also sent again when its fate is unknown. Graph's time is never cut short.
 */
export function retryDelayMs(verdict: Verdict<unknown>, tried: Tried): number | undefined {
  switch (verdict.kind) {
    case "notSent":
      return backoffMs(tried);
    case "unknown":
      return tried.idempotent && mayPass(verdict.answer.status) ? askedDelayMs(verdict.answer, tried) : undefined;
    case "refused":
      return verdict.answer.status === 429 || verdict.answer.status === 503
        ? askedDelayMs(verdict.answer, tried)
        : undefined;
    case "accepted":
      return undefined;
  }
}

/** A 501 will never be anything else, and a success that cannot be read will be the same again. */
function mayPass(status = 500): boolean {
  return status === 408 || (status >= 500 && status !== 501);
}

function backoffMs({ attempts }: Tried): number {
  return Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempts - 1));
}

function askedDelayMs({ headers }: Exchanged, tried: Tried): number {
  const askedMs = parseRetryAfter(headers?.["retry-after"], tried.nowMs);
  if (askedMs === undefined) return backoffMs(tried);
  // Who asks for no wait at all gets none once; again and again it would be a flood.
  return tried.attempts === 1 ? askedMs : Math.max(askedMs, FIRST_BACKOFF_MS);
}

/** The claims of a 401's challenge, as a credential takes them; `undefined` if there are none that can be read. */
export function challengedClaims(challenge: string | undefined): string | undefined {
  const claims = challenge?.match(/\bclaims="([A-Za-z0-9+/=_-]+)"/)?.[1];
  if (claims === undefined) return undefined;
  const text = Buffer.from(claims, "base64").toString("utf8");
  try {
    JSON.parse(text);
    return text;
  } catch {
    return undefined;
  }
}
