import { TONES } from "@graph-dtmf/models";
import { isRecord, toText } from "@graph-dtmf/models/internal";
import { parseRetryAfter } from "../delivery/retry-after.ts";
import type { Exchanged } from "../transport/exchange.ts";

/** What Graph's refusal says, dug out of an answer of any shape. */
export interface GraphRefusal {
  status: number;
  message: string;
  graphCode?: string;
  graphCodes: string[];
  requestId?: string;
  clientRequestId?: string;
  retryAfterMs?: number;
  retryable: boolean;
}

/** Statuses after which the same request may succeed, without any change to it. */
const RETRYABLE = new Set([429, 503]);
/** Codes that tell nothing by themselves: a deeper one is better. */
const VAGUE = new Set(["UnknownError", "BadRequest", "generalException"]);
/** How deep a message may hide another one. Graph has been seen to nest once. */
const DEEPEST = 4;
/** How much of Graph's text a message repeats. */
const LONGEST_TEXT = 1000;
/** How much of a code or an id is kept: Graph's own are far shorter. */
const LONGEST_CODE = 100;

/** Reads a refusal: Graph's own error, the one hidden as JSON in its message, or none at all. */
export function refusalOf(answer: Exchanged & { status: number }, nowMs: number): GraphRefusal {
  const { status, headers = {} } = answer;
  const codes: string[] = [];
  const texts: string[] = [];
  let inner: Record<string, unknown> = {};
  let level: unknown = isRecord(answer.body) ? (answer.body.error ?? answer.body) : undefined;
  for (let depth = 0; depth < DEEPEST && isRecord(level); depth++) {
    const code = [level.code, level.errorCode].find(isCode);
    if (code !== undefined) codes.push(printable(String(code), LONGEST_CODE));
    const innerError = level.innerError ?? level.innererror;
    if (isRecord(innerError)) inner = { ...innerError, ...inner };
    const hidden = parseObject(level.message);
    if (!hidden && typeof level.message === "string") texts.push(level.message);
    level = hidden;
  }
  const graphCode = codes.findLast((code) => !VAGUE.has(code)) ?? codes.at(-1);
  const requestId = headers["request-id"] ?? toText(inner["request-id"]) ?? toText(inner.requestId);
  const clientRequestId = headers["client-request-id"] ?? toText(inner["client-request-id"]);
  const retryAfterMs = parseRetryAfter(headers["retry-after"], nowMs);
  const text = texts.length > 0 ? `: ${printable(texts.join(" "), LONGEST_TEXT)}` : "";
  return {
    status,
    message: `Graph refused the request (${graphCode ? `${status}, code ${graphCode}` : status})${text}`,
    graphCodes: codes,
    retryable: RETRYABLE.has(status),
    ...(graphCode !== undefined && { graphCode }),
    ...(requestId !== undefined && { requestId: printable(requestId, LONGEST_CODE) }),
    ...(clientRequestId !== undefined && { clientRequestId: printable(clientRequestId, LONGEST_CODE) }),
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

const WORDS = TONES.filter((tone) => /^[a-z]{2,}$/.test(tone)).join("|");
const LETTERS = TONES.filter((tone) => tone.length === 1).join("|");
// Numbered tones are masked wherever they stand. A letter is one only where no other word stands beside it, as in a list
// or between quotes: "a" is also a word.
const NAMES = new RegExp(
  `tone\\d|\\b(?:${WORDS})\\b|(?<=(?:^|[^\\w\\s])\\s*)(?:${LETTERS})(?=\\s*(?:[^\\w\\s]|$))`,
  "gi",
);

/** Graph may echo what it did not like, at any length. */
function printable(text: string, longest: number): string {
  const masked = text.slice(0, longest).replace(NAMES, "[tone]");
  return text.length > longest ? `${masked}…` : masked;
}
