import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ExchangeResult } from "../transport/http-transport.ts";
import { type ClassifiedResponse, classifyResponse } from "./classify-response.ts";
import { acceptAnyBody } from "./response-readers.ts";
import { retryDelayMs } from "./retry.ts";

const NOW_MS = 1_700_000_000_000;

const notSent: ClassifiedResponse<unknown> = { kind: "notSent", cause: new Error("refused") };
const answered = (status: number, headers: Record<string, string> = {}): ClassifiedResponse<unknown> =>
  classifyResponse({ phase: "answered", status, headers }, acceptAnyBody);

function delayMs(
  classified: ClassifiedResponse<unknown>,
  { attempts = 1, idempotent = false } = {},
): number | undefined {
  return retryDelayMs(classified, { attempts, idempotent, nowMs: NOW_MS });
}

describe("a request that was certainly not executed", () => {
  it("is sent again with growing delays of up to 8 s if it was not sent", () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 50, 5_000].map((attempts) => delayMs(notSent, { attempts }));
    expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000, 8_000]);
  });

  it.each([429, 503])("is sent again after the delay of Retry-After: %i", (status) => {
    expect(delayMs(answered(status, { "retry-after": "2.128" }))).toBe(2_128);
    expect(delayMs(answered(status, { "retry-after": new Date(NOW_MS + 7_000).toUTCString() }))).toBe(7_000);
    expect(delayMs(answered(status, { "retry-after": "86400" }), { attempts: 9 })).toBe(86_400_000);
  });

  it("is sent again after our own delay if Retry-After is unreadable", () => {
    expect(delayMs(answered(429), { attempts: 3 })).toBe(1_000);
    expect(delayMs(answered(429, { "retry-after": "" }), { attempts: 3 })).toBe(1_000);
    expect(delayMs(answered(429, { "retry-after": "-1" }), { attempts: 3 })).toBe(1_000);
  });

  it("is not sent again after a 503 with an unreadable Retry-After, because it may have been executed", () => {
    for (const time of ["", "-1", "soon"]) expect(delayMs(answered(503, { "retry-after": time }))).toBeUndefined();
  });

  it("is sent again at once only the first time, if Retry-After is 0", () => {
    const now = answered(429, { "retry-after": "0" });
    const past = answered(503, { "retry-after": new Date(0).toUTCString() });
    for (const classified of [now, past]) {
      expect([1, 2, 3, 50].map((attempts) => delayMs(classified, { attempts }))).toEqual([0, 250, 250, 250]);
    }
  });

  it("never waits less than Retry-After", () => {
    const retryAfter = fc.double({ min: 0, max: 1e9, noNaN: true }).map((seconds) => seconds.toFixed(3));
    fc.assert(
      fc.property(retryAfter, fc.integer({ min: 1, max: 100 }), fc.boolean(), (seconds, attempts, idempotent) => {
        const waited = delayMs(answered(429, { "retry-after": seconds }), { attempts, idempotent });
        expect(waited).toBeGreaterThanOrEqual(Number(seconds) * 1_000 - 0.001);
      }),
    );
  });
});

describe("a request that may have been executed", () => {
  const unknown: ExchangeResult[] = [
    { phase: "sent", cause: new Error("reset") },
    ...[408, 500, 502, 503, 504].map((status) => ({ phase: "answered" as const, status })),
    { phase: "answered", status: 504, headers: { "retry-after": "1" } },
  ];

  it.each(unknown)("is not sent again: $phase, $status", (result) => {
    expect(delayMs(classifyResponse(result, acceptAnyBody))).toBeUndefined();
  });

  it.each(unknown)("is sent again if it is idempotent: $phase, $status", (result) => {
    const wait = result.headers ? 1_000 : 500;
    expect(delayMs(classifyResponse(result, acceptAnyBody), { attempts: 2, idempotent: true })).toBe(wait);
  });

  it("is not sent again after a 501", () => {
    expect(delayMs(answered(501), { idempotent: true })).toBeUndefined();
  });
});

describe("a final response", () => {
  it.each([200, 202, 301, 307, 400, 401, 403, 404, 409, 410, 423])("is not retried: %i", (status) => {
    for (const idempotent of [false, true]) {
      expect(delayMs(answered(status, { "retry-after": "1" }), { idempotent })).toBeUndefined();
    }
  });
});
