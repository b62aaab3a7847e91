import type { ExchangeResult } from "../transport/http-transport.ts";
import type { ResponseReader } from "./response-readers.ts";
import { parseRetryAfter } from "./retry-after.ts";

/** What the result of one attempt says about the execution of its request. */
export type ClassifiedResponse<T> =
  /** Graph accepted the request. */
  | { kind: "accepted"; value: T; location?: string }
  /** Nothing was executed: no byte was sent. */
  | { kind: "notSent"; cause: unknown }
  /** Nothing was executed: Graph refused the request. */
  | { kind: "refused"; response: ExchangeResult & { status: number } }
  /** The request may have been executed. */
  | { kind: "unknown"; response: ExchangeResult };

/**
 * Decides from the result of one attempt whether Graph executed the request. In doubt the answer is `unknown`.
 *
 * - no byte was sent: `notSent`
 * - 2xx with the expected body: `accepted`
 * - 3xx, 4xx except 408, and 503 with Retry-After (assumed to be refused before execution): `refused`
 * - anything else, including a 2xx with another body: `unknown`
 */
export function classifyResponse<T>(result: ExchangeResult, read: ResponseReader<T>): ClassifiedResponse<T> {
  const { phase, status, headers = {} } = result;
  if (phase === "notSent") return { kind: "notSent", cause: result.cause };
  if (status === undefined) return { kind: "unknown", response: result };
  if (isRefusal(status, headers)) return { kind: "refused", response: { ...result, status } };
  const value = status >= 200 && status < 300 ? read(result.body) : undefined;
  if (value === undefined) return { kind: "unknown", response: result };
  return { kind: "accepted", value, ...(headers.location !== undefined && { location: headers.location }) };
}

function isRefusal(status: number, headers: Readonly<Record<string, string>>): boolean {
  // Only whether Retry-After is readable matters here, so the current time is irrelevant.
  if (status === 503) return parseRetryAfter(headers["retry-after"], 0) !== undefined;
  return status >= 300 && status < 500 && status !== 408;
}
