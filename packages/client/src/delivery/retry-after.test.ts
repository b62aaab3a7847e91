import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { parseRetryAfter } from "./retry-after.ts";

/** The example of RFC 9110, in its three forms. */
const FORMS = [
  ["IMF-fixdate", "Sun, 06 Nov 1994 08:49:37 GMT"],
  ["RFC 850", "Sunday, 06-Nov-94 08:49:37 GMT"],
  ["asctime", "Sun Nov  6 08:49:37 1994"],
] as const;
const DATE_MS = Date.UTC(1994, 10, 6, 8, 49, 37);

const NOW_MS = Date.UTC(2026, 0, 15, 12);
const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** A date in each of the three forms. */
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
  ])("are read: %j", (value, ms) => {
    expect(parseRetryAfter(value, NOW_MS)).toBe(ms);
  });

  it("are rounded up, never down: too early is not what Graph asked for", () => {
    expect(parseRetryAfter("0.0001", NOW_MS)).toBe(1);
    expect(parseRetryAfter("1.0009", NOW_MS)).toBe(1_001);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 9 }), fc.integer({ min: 0, max: 999 }), (seconds, ms) => {
        const asked = parseRetryAfter(`${seconds}.${String(ms).padStart(3, "0")}`, NOW_MS) ?? -1;
        expect(asked - (seconds * 1_000 + ms)).toBeGreaterThanOrEqual(0);
        expect(asked - (seconds * 1_000 + ms)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("beyond all counting are for ever", () => {
    expect(parseRetryAfter("9".repeat(400), NOW_MS)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("an HTTP date", () => {
  it.each(FORMS)("is read as UTC, wherever the machine stands: %s", (_, value) => {
    for (const zone of ["UTC", "America/New_York", "Asia/Kolkata", "Pacific/Kiritimati"]) {
      vi.stubEnv("TZ", zone);
      expect(parseRetryAfter(value, DATE_MS - 5_000)).toBe(5_000);
    }
  });

  it.each(FORMS)("that has passed is 0: %s", (_, value) => {
    expect(parseRetryAfter(value, DATE_MS)).toBe(0);
    expect(parseRetryAfter(value, DATE_MS + 1)).toBe(0);
  });

  it("is read in each form, on any day of the coming 49 years", () => {
    const ahead = fc.integer({ min: 0, max: 49 * 365 * 86_400 });
    fc.assert(
      fc.property(ahead, (seconds) => {
        for (const value of spelled(new Date(NOW_MS + seconds * 1_000))) {
          expect([value, parseRetryAfter(value, NOW_MS)]).toEqual([value, seconds * 1_000]);
        }
      }),
    );
  });

  it("far ahead is that far ahead", () => {
    expect(parseRetryAfter("Fri, 31 Dec 9999 23:59:59 GMT", NOW_MS)).toBe(Date.UTC(9999, 11, 31, 23, 59, 59) - NOW_MS);
  });

  it("of two digits is of the past century where this one would be more than 50 years ahead", () => {
    expect(parseRetryAfter("Tuesday, 15-Jan-76 12:00:00 GMT", NOW_MS)).toBe(Date.UTC(2076, 0, 15, 12) - NOW_MS);
    expect(parseRetryAfter("Saturday, 15-Jan-77 12:00:00 GMT", NOW_MS)).toBe(0);
  });
});

describe("anything else", () => {
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
  ])("is not guessed at: %j", (value) => {
    expect(parseRetryAfter(value, NOW_MS)).toBeUndefined();
  });

  it("is undefined where there is no header", () => {
    expect(parseRetryAfter(undefined, NOW_MS)).toBeUndefined();
  });

  it("is undefined or 0 or more, whatever the text is", () => {
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
