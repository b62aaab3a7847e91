import { type Call, type CommsOperation, parseCall, parseOperation } from "@graph-dtmf/models";
import { isRecord } from "@graph-dtmf/models/internal";
import type { Exchanged } from "../transport/exchange.ts";
import { parseRetryAfter } from "./retry-after.ts";

/** What an exchange means for what was asked. */
export type Verdict<T> =
  /** Graph took the request, and this is its answer. */
  | { kind: "accepted"; value: T; location?: string }
  /** Nothing was executed: no byte left. */
  | { kind: "notSent"; cause: unknown }
  /** Nothing was executed: Graph says so. */
  | { kind: "refused"; answer: Exchanged & { status: number } }
  /** It may have been executed. */
  | { kind: "unknown"; answer: Exchanged };

/** Reads the body of a 2xx; `undefined` if it is not what was asked for. */
export type AnswerReader<T> = (body: unknown) => T | undefined;

/** The body of an accepted media action: an operation that has an id. */
export const operationAnswer: AnswerReader<CommsOperation> = (body) =>
  isRecord(body) && typeof body.id === "string" && body.id !== "" ? parseOperation(body) : undefined;

/**
 * Whether a request was executed, as far as its exchange tells. Whatever leaves a doubt is `unknown`:
 *
 * - no byte left: `notSent`
 * - 2xx with the answer that was asked for: `accepted`
 * - 4xx but 408, redirects, 429, and 503 with Retry-After (assumed to be refused before anything was done): `refused`
 * - everything else, a 2xx that cannot be read among it: `unknown`
 */
export function verdictOf<T>(exchanged: Exchanged, read: AnswerReader<T>): Verdict<T> {
  const { phase, status, headers = {} } = exchanged;
  if (phase === "notSent") return { kind: "notSent", cause: exchanged.cause };
  if (status === undefined) return { kind: "unknown", answer: exchanged };
  if (isRefusal(status, headers)) return { kind: "refused", answer: { ...exchanged, status } };
  const value = status >= 200 && status < 300 ? read(exchanged.body) : undefined;
  if (value === undefined) return { kind: "unknown", answer: exchanged };
  return { kind: "accepted", value, ...(headers.location !== undefined && { location: headers.location }) };
}

function isRefusal(status: number, headers: Readonly<Record<string, string>>): boolean {
  // What cannot be read asks for nothing. The time of day only matters to how long it asks for.
  if (status === 503) return parseRetryAfter(headers["retry-after"], 0) !== undefined;
  return status >= 300 && status < 500 && status !== 408;
}

/** The body of a call that was created or asked for. */
export const callAnswer: AnswerReader<Call> = (body) =>
  isRecord(body) && typeof body.id === "string" && body.id !== "" ? parseCall(body) : undefined;

/** Nothing is expected: whatever body comes with a 2xx, it is taken. */
export const noAnswer: AnswerReader<true> = () => true;
