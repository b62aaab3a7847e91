import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { parseRetryAfter } from "./retry-after.ts";

/** The example of RFC 9110, in its three formats. */
const FORMS = [
  ["IMF-fixdate", "Sun, 06 Nov 1994 08:49:37 GMT"],
  ["RFC 850", "Sunday, 06-Nov-94 08:49:37 GMT"],
  ["asctime", "Sun Nov  6 08:49:37 1994"],
] as const;
const DATE_MS = Date.UTC(1994, 10, 6, 8, 49, 37);

const NOW_MS = Date.UTC(2026, 0, 15, 12);
const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** A date in each of the three formats. */
function spelled(date: Date): string[] {
  // "Sun, 06 Nov 1994 08:49:37 GMT"
  const [weekday = "", day = "", month = "", year = "", time = ""] = date.toUTCString().split(/,? /);
  return [
    date.toUTCString(),
    `${DAYS[date.getUTCDay()]}, ${day}-${month}-${year.slice(2)} ${time} GMT`,
    `${weekday} ${month} ${String(Number(day)).padStart(2)} ${time} ${year}`,
  ];
}

afterEach(() => vi.unstubAllEnvs());

describe("seconds", () => {
  it.each([
    ["120", 120_000],
    ["2.128", 2_128],
    ["0", 0],
    ["0.0", 0],
    ["000", 0],
    ["0.001", 1],
    [" 3 ", 3_000],
    ["31536000", 31_536_000_000],
  ])("are parsed: %j", (value, ms) => {
    expect(parseRetryAfter(value, NOW_MS)).toBe(ms);
  });

  it("are rounded up, so that no retry is early", () => {
    expect(parseRetryAfter("0.0001", NOW_MS)).toBe(1);
    expect(parseRetryAfter("1.0009", NOW_MS)).toBe(1_001);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 9 }), fc.integer({ min: 0, max: 999 }), (seconds, ms) => {
        const delayMs = parseRetryAfter(`${seconds}.${String(ms).padStart(3, "0")}`, NOW_MS) ?? -1;
        expect(delayMs - (seconds * 1_000 + ms)).toBeGreaterThanOrEqual(0);
        expect(delayMs - (seconds * 1_000 + ms)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("that are too large are Infinity", () => {
    expect(parseRetryAfter("9".repeat(400), NOW_MS)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("an HTTP date", () => {
  it.each(FORMS)("is parsed as UTC in any time zone: %s", (_, value) => {
    for (const zone of ["UTC", "America/New_York", "Asia/Kolkata", "Pacific/Kiritimati"]) {
      vi.stubEnv("TZ", zone);
      expect(parseRetryAfter(value, DATE_MS - 5_000)).toBe(5_000);
    }
  });

  it.each(FORMS)("in the past is 0: %s", (_, value) => {
    expect(parseRetryAfter(value, DATE_MS)).toBe(0);
    expect(parseRetryAfter(value, DATE_MS + 1)).toBe(0);
  });

  it("is parsed in each format, on any day of the next 49 years", () => {
    const ahead = fc.integer({ min: 0, max: 49 * 365 * 86_400 });
    fc.assert(
      fc.property(ahead, (seconds) => {
        for (const value of spelled(new Date(NOW_MS + seconds * 1_000))) {
          expect([value, parseRetryAfter(value, NOW_MS)]).toEqual([value, seconds * 1_000]);
        }
      }),
    );
  });

  it("in the far future is not limited", () => {
    expect(parseRetryAfter("Fri, 31 Dec 9999 23:59:59 GMT", NOW_MS)).toBe(Date.UTC(9999, 11, 31, 23, 59, 59) - NOW_MS);
  });

  it("with a two-digit year is in the past century if it would be more than 50 years ahead", () => {
    expect(parseRetryAfter("Tuesday, 15-Jan-76 12:00:00 GMT", NOW_MS)).toBe(Date.UTC(2076, 0, 15, 12) - NOW_MS);
    expect(parseRetryAfter("Saturday, 15-Jan-77 12:00:00 GMT", NOW_MS)).toBe(0);
  });
});

describe("any other value", () => {
  it.each([
    "",
    " ",
    "-1",
    "+1",
    "1,5",
    ".5",
    "2.",
    "1e3",
    "0x10",
    "Infinity",
    "NaN",
    "٣",
    "5 apples",
    "120, 60",
    "soon",
    "Fri, soon",
    "2026-01-15T12:00:05Z",
    "Thu, 15 Jan 2026 12:00:05",
    "Thu, 15 Jan 2026 12:00:05 +0200",
    "Thu, 15 Jan 2026 12:00:05 EST",
    "Thu, 15 Jan 2026 25:00:05 GMT",
    "Thu, 32 Jan 2026 12:00:05 GMT",
    "Thu, 00 Jan 2026 12:00:05 GMT",
    "Thu, 15 Foo 2026 12:00:05 GMT",
    "Thu, 15 Jan 26 12:00:05 GMT",
    "Thu 15 Jan 2026 12:00:05 GMT",
    "Thu Jan 15 12:00:05 2026 EST",
    "Thu Jan 15 2026 12:00:05 GMT+0200",
    "15 Jan 2026 12:00:05 GMT",
  ])("is undefined: %j", (value) => {
    expect(parseRetryAfter(value, NOW_MS)).toBeUndefined();
  });

  it("is undefined without a header", () => {
    expect(parseRetryAfter(undefined, NOW_MS)).toBeUndefined();
  });

  it("is undefined, or 0 or more, for any text", () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: "binary-ascii" }),
      fc.stringMatching(/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/),
      fc.stringMatching(/^[-+.\de]{1,8}$/),
    );
    fc.assert(
      fc.property(text, (value) => {
        const ms = parseRetryAfter(value, NOW_MS);
        if (ms !== undefined) expect(ms).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
