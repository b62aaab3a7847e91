import { isRecord, toText } from "@graph-dtmf/models/internal";
import { parseRetryAfter } from "../delivery/retry-after.ts";
import type { ExchangeResult } from "../transport/http-transport.ts";
import type { GraphRequestErrorDetails } from "./errors.ts";
import { maskTones } from "./mask-tones.ts";

/** After these statuses the same request may succeed unchanged. */
const RETRYABLE_STATUSES = new Set([429, 503]);
/** Codes without information. A more deeply nested code is preferred. */
const GENERIC_CODES = new Set(["UnknownError", "BadRequest", "generalException"]);
/** The number of nested errors that are read. Graph has been observed to nest one error in another. */
const MAX_DEPTH = 4;
const MAX_TEXT_LENGTH = 1000;
/** Graph's codes and ids are far shorter. */
const MAX_CODE_LENGTH = 100;

/**
 * Parses an error response of any shape: Graph's error object, errors nested as JSON in its message, or a body that is
 * not an error.
 */
export function parseGraphError(
  response: ExchangeResult & { status: number },
  nowMs: number,
): GraphRequestErrorDetails {
  const { status, headers = {} } = response;
  const codes: string[] = [];
  const texts: string[] = [];
  let innerErrors: Record<string, unknown> = {};
  let level: unknown = isRecord(response.body) ? (response.body.error ?? response.body) : undefined;
  for (let depth = 0; depth < MAX_DEPTH && isRecord(level); depth++) {
    const code = [level.code, level.errorCode].find(isCode);
    if (code !== undefined) codes.push(maskTones(String(code), MAX_CODE_LENGTH));
    const innerError = level.innerError ?? level.innererror;
    if (isRecord(innerError)) innerErrors = { ...innerError, ...innerErrors };
    const nested = parseObject(level.message);
    if (!nested && typeof level.message === "string") texts.push(level.message);
    level = nested;
  }
  const graphCode = codes.findLast((code) => !GENERIC_CODES.has(code)) ?? codes.at(-1);
  const requestId = headers["request-id"] ?? toText(innerErrors["request-id"]) ?? toText(innerErrors.requestId);
  const clientRequestId = headers["client-request-id"] ?? toText(innerErrors["client-request-id"]);
  const retryAfterMs = parseRetryAfter(headers["retry-after"], nowMs);
  const text = texts.length > 0 ? `: ${maskTones(texts.join(" "), MAX_TEXT_LENGTH)}` : "";
  return {
    status,
    message: `Graph refused the request (${graphCode ? `${status}, code ${graphCode}` : status})${text}`,
    graphCodes: codes,
    retryable: RETRYABLE_STATUSES.has(status),
    ...(graphCode !== undefined && { graphCode }),
    ...(requestId !== undefined && { requestId: maskTones(requestId, MAX_CODE_LENGTH) }),
    ...(clientRequestId !== undefined && { clientRequestId: maskTones(clientRequestId, MAX_CODE_LENGTH) }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

function isCode(value: unknown): value is string | number {
  return typeof value === "number" || (typeof value === "string" && value !== "");
}

function parseObject(text: unknown): Record<string, unknown> | undefined {
  if (typeof text !== "string" || !text.trimStart().startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
