import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from "vitest";
import { type Clock, systemClock } from "./clock.ts";

const LONGEST_TIMER_MS = 2 ** 31 - 1;
const NINETY_DAYS_MS = 90 * 24 * 60 * 60 * 1000;

describe("systemClock", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  it("returns the time of the system", () => {
    vi.setSystemTime(1_700_000_000_000);
    expect(systemClock.now()).toBe(1_700_000_000_000);
  });

  it("calls back after the delay", () => {
    const callback = vi.fn();
    systemClock.after(1000, callback);
    vi.advanceTimersByTime(1000);
    expect(callback).toHaveBeenCalledOnce();
  });

  it("does not call back earlier", () => {
    const callback = vi.fn();
    systemClock.after(1000, callback);
    vi.advanceTimersByTime(999);
    expect(callback).not.toHaveBeenCalled();
  });

  it("rounds fractions of a millisecond up, never down", () => {
    const callback = vi.fn();
    systemClock.after(2128.4, callback);
    vi.advanceTimersByTime(2128);
    expect(callback).not.toHaveBeenCalled();
  });

  it.each([0, -0, -5, Number.NEGATIVE_INFINITY])("calls back soon, but not at once, after %d ms", (delayMs) => {
    const callback = vi.fn();
    systemClock.after(delayMs, callback);
    const atOnce = callback.mock.calls.length;
    vi.advanceTimersByTime(1);
    expect([atOnce, callback.mock.calls.length]).toEqual([0, 1]);
  });

  it("never passes a negative delay to the platform, which warns about it", () => {
    const setTimeout = vi.spyOn(globalThis, "setTimeout");
    systemClock.after(-5, () => {});
    expect(setTimeout.mock.calls.map(([, delayMs]) => delayMs)).toEqual([0]);
  });

  it("calls back once", () => {
    const callback = vi.fn();
    systemClock.after(1000, callback);
    vi.advanceTimersByTime(10_000);
    expect(callback).toHaveBeenCalledOnce();
  });

  it.each([LONGEST_TIMER_MS, LONGEST_TIMER_MS + 1, NINETY_DAYS_MS])("keeps a delay of %d ms", (delayMs) => {
    const started = Date.now();
    const callback = vi.fn(() => Date.now() - started);
    systemClock.after(delayMs, callback);
    vi.advanceTimersByTime(2 * NINETY_DAYS_MS);
    expect(callback.mock.results.map(({ value }) => value)).toEqual([delayMs]);
  });

  it("never passes a delay to the platform that its timers do not support", () => {
    const setTimeout = vi.spyOn(globalThis, "setTimeout");
    systemClock.after(Number.POSITIVE_INFINITY, () => {});
    vi.advanceTimersByTime(NINETY_DAYS_MS);
    expect(Math.max(...setTimeout.mock.calls.map(([, delayMs]) => delayMs ?? 0))).toBe(LONGEST_TIMER_MS);
  });

  it("does not call back after cancel", () => {
    const callback = vi.fn();
    systemClock.after(1000, callback).cancel();
    vi.advanceTimersByTime(2000);
    expect(callback).not.toHaveBeenCalled();
  });

  it("leaves no timer behind after cancel", () => {
    systemClock.after(1000, () => {}).cancel();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("cancels a long delay in its last part too", () => {
    const timer = systemClock.after(NINETY_DAYS_MS, () => {});
    vi.advanceTimersByTime(LONGEST_TIMER_MS + 1);
    timer.cancel();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("accepts a cancel after the callback, and a second one", () => {
    const timer = systemClock.after(1, () => {});
    vi.advanceTimersByTime(1);
    timer.cancel();
    expect(() => timer.cancel()).not.toThrow();
  });

  it("calls back after unref while the process runs", () => {
    const callback = vi.fn();
    systemClock.after(1000, callback).unref();
    vi.advanceTimersByTime(1000);
    expect(callback).toHaveBeenCalledOnce();
  });

  it("stays unref'd through the parts of a long delay", () => {
    const setTimeout = vi.spyOn(globalThis, "setTimeout");
    systemClock.after(NINETY_DAYS_MS, () => {}).unref();
    vi.advanceTimersByTime(LONGEST_TIMER_MS + 1);
    expect(setTimeout.mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef())).toEqual([false, false]);
  });
});

describe("systemClock and the end of the process", () => {
  const timeouts = () => process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length;

  it("keeps the process alive while a timer is pending", () => {
    const before = timeouts();
    const timer = systemClock.after(60_000, () => {});
    const during = timeouts();
    timer.cancel();
    expect(during - before).toBe(1);
  });

  it("lets the process end after unref", () => {
    const before = timeouts();
    const timer = systemClock.after(60_000, () => {});
    timer.unref();
    const during = timeouts();
    timer.cancel();
    expect(during - before).toBe(0);
  });
});

describe("the type of a clock", () => {
  it("is the type of systemClock", () => {
    expectTypeOf(systemClock).toEqualTypeOf<Clock>();
  });

  it("takes delay and callback", () => {
    expectTypeOf<Clock["after"]>().parameters.toEqualTypeOf<[delayMs: number, callback: () => void]>();
  });
});
