/** Seconds, with or without a fraction: Graph sends `2.128`. */
const SECONDS = /^\d+(\.\d+)?$/;
/** The three forms of RFC 9110, 5.6.7; all of them are in UTC. */
const DATES = [
  /^[a-z]{3}, (?<day>\d\d) (?<month>[a-z]{3}) (?<year>\d{4}) (?<time>\d\d:\d\d:\d\d) GMT$/i,
  /^[a-z]{6,9}, (?<day>\d\d)-(?<month>[a-z]{3})-(?<year>\d\d) (?<time>\d\d:\d\d:\d\d) GMT$/i,
  /^[a-z]{3} (?<month>[a-z]{3}) (?<day>[ \d]\d) (?<time>\d\d:\d\d:\d\d) (?<year>\d{4})$/i,
];

/**
 * Reads a `Retry-After` header into milliseconds: seconds with or without a fraction, or an HTTP date. `undefined` for
 * anything else; a date that has passed is 0.
 */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  if (SECONDS.test(text)) return Math.ceil(Number(text) * 1000);
  const dateMs = parseHttpDate(text, nowMs);
  return dateMs === undefined ? undefined : Math.max(0, dateMs - nowMs);
}

function parseHttpDate(text: string, nowMs: number): number | undefined {
  const parts = DATES.map((form) => form.exec(text)?.groups).find((groups) => groups !== undefined);
  if (!parts) return undefined;
  // Date.parse alone would take the third form for local time, and much that is no date at all.
  const { day = "", month, year = "", time } = parts;
  const dateMs = Date.parse(`${day.trim()} ${month} ${fullYear(year, nowMs)} ${time} GMT`);
  return Number.isNaN(dateMs) ? undefined : dateMs;
}

/** Two digits are of this century, unless that were more than 50 years ahead: so the RFC wants it. */
function fullYear(year: string, nowMs: number): string {
  if (year.length > 2) return year;
  const thisYear = new Date(nowMs).getUTCFullYear();
  const fullYear = thisYear - (thisYear % 100) + Number(year);
  return String(fullYear > thisYear + 50 ? fullYear - 100 : fullYear);
}
