/** Seconds, possibly with a fraction: Graph sends `2.128`. */
const SECONDS = /^\d+(\.\d+)?$/;
/** The three date formats of RFC 9110, section 5.6.7. All are in UTC. */
const DATE_FORMATS = [
  /^[a-z]{3}, (?<day>\d\d) (?<month>[a-z]{3}) (?<year>\d{4}) (?<time>\d\d:\d\d:\d\d) GMT$/i,
  /^[a-z]{6,9}, (?<day>\d\d)-(?<month>[a-z]{3})-(?<year>\d\d) (?<time>\d\d:\d\d:\d\d) GMT$/i,
  /^[a-z]{3} (?<month>[a-z]{3}) (?<day>[ \d]\d) (?<time>\d\d:\d\d:\d\d) (?<year>\d{4})$/i,
];

/**
 * Parses a `Retry-After` header to a delay in milliseconds. It accepts seconds, with or without a fraction, and HTTP
 * dates. A date in the past gives 0, an unreadable value `undefined`.
 */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  if (SECONDS.test(text)) return Math.ceil(Number(text) * 1000);
  const dateMs = parseHttpDate(text, nowMs);
  return dateMs === undefined ? undefined : Math.max(0, dateMs - nowMs);
}

function parseHttpDate(text: string, nowMs: number): number | undefined {
  const parts = DATE_FORMATS.map((format) => format.exec(text)?.groups).find((groups) => groups !== undefined);
  if (!parts) return undefined;
  // Date.parse alone would read the third format as local time, and would accept texts that are not HTTP dates.
  const { day = "", month, year = "", time } = parts;
  const dateMs = Date.parse(`${day.trim()} ${month} ${toFullYear(year, nowMs)} ${time} GMT`);
  return Number.isNaN(dateMs) ? undefined : dateMs;
}

/** RFC 9110: a two-digit year that would be more than 50 years in the future is in the previous century. */
function toFullYear(year: string, nowMs: number): string {
  if (year.length > 2) return year;
  const thisYear = new Date(nowMs).getUTCFullYear();
  const fullYear = thisYear - (thisYear % 100) + Number(year);
  return String(fullYear > thisYear + 50 ? fullYear - 100 : fullYear);
}
