import { type Clock, systemClock } from "@graph-dtmf/models";
import { createManualClock } from "@graph-dtmf/models/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Expirable, TimerWheel } from "./timer-wheel.ts";

/** Records when it expired. */
class Probe implements Expirable {
  readonly expiredAt: number[] = [];
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  expire(): void {
    this.expiredAt.push(this.#clock.now());
  }
}

describe("TimerWheel", () => {
  test("expires each item once, never early, and at most 250 ms late", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(10_000),
        fc.array(fc.record({ setAt: fc.nat(5_000), in: fc.integer({ min: -1_000, max: 100_000 }) }), { maxLength: 30 }),
        async (startMs, plans) => {
          const clock = createManualClock(1_700_000_000_000 + startMs);
          const wheel = new TimerWheel(clock);
          const probes: { probe: Probe; dueMs: number }[] = [];
          for (const plan of plans) {
            await clock.advance(plan.setAt);
            const probe = new Probe(clock);
            const dueMs = clock.now() + plan.in;
            wheel.set(probe, dueMs);
            probes.push({ probe, dueMs: Math.max(dueMs, clock.now()) });
          }
          await clock.advance(200_000);
          for (const { probe, dueMs } of probes) {
            expect(probe.expiredAt).toHaveLength(1);
            expect(probe.expiredAt[0]).toBeGreaterThanOrEqual(dueMs);
            expect(probe.expiredAt[0]).toBeLessThanOrEqual(dueMs + 250);
          }
          expect(clock.pending).toBe(0);
        },
      ),
      { numRuns: 200 },
    );
  });

  test("expires an item at a time for which another was set and cleared long before", async () => {
    const clock = createManualClock();
    const wheel = new TimerWheel(clock);
    const [cleared, set] = [new Probe(clock), new Probe(clock)];
    const atMs = clock.now() + 10_000;
    wheel.set(cleared, atMs);
    wheel.clear(cleared);
    await clock.advance(1_000);
    expect(clock.pending).toBe(0);
    wheel.set(set, atMs);
    await clock.advance(10_000);
    expect([cleared.expiredAt.length, set.expiredAt.length]).toEqual([0, 1]);
  });

  test("moves and clears deadlines, and stops the timer after the last", async () => {
    const clock = createManualClock();
    const wheel = new TimerWheel(clock);
    const [moved, cleared] = [new Probe(clock), new Probe(clock)];
    wheel.set(moved, clock.now() + 1_000);
    wheel.set(cleared, clock.now() + 1_000);
    wheel.set(moved, clock.now() + 5_000);
    wheel.clear(cleared);
    wheel.clear(cleared);
    await clock.advance(4_999);
    expect(moved.expiredAt).toEqual([]);
    await clock.advance(1);
    expect(moved.expiredAt).toHaveLength(1);
    expect(cleared.expiredAt).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test("moves a single deadline without starting another timer", async () => {
    const clock = createManualClock();
    let started = 0;
    const wheel = new TimerWheel({
      now: clock.now,
      after(ms, callback) {
        started++;
        return clock.after(ms, callback);
      },
    });
    const probe = new Probe(clock);
    for (const inMs of [10_000, 5_000, 1_000]) wheel.set(probe, clock.now() + inMs);
    expect(started).toBe(1);
    await clock.advance(20_000);
    expect([probe.expiredAt.length, clock.pending]).toEqual([1, 0]);
  });

  test("allows an item to be set again when it expires", async () => {
    const clock = createManualClock();
    const wheel = new TimerWheel(clock);
    let left = 3;
    const again: Expirable = {
      expire() {
        if (--left > 0) wheel.set(again, clock.now());
      },
    };
    wheel.set(again, clock.now());
    await clock.advance(10_000);
    expect(left).toBe(0);
  });

  test("keeps the process alive only while it is held", () => {
    const refs: boolean[] = [];
    const clock: Clock = {
      now: systemClock.now,
      after() {
        refs.push(true);
        return { unref: () => refs.splice(-1, 1, false), cancel() {} };
      },
    };
    const wheel = new TimerWheel(clock);
    wheel.set(new Probe(clock), clock.now() + 1_000);
    expect(refs.at(-1)).toBe(false);
    wheel.hold();
    wheel.hold();
    expect(refs.at(-1)).toBe(true);
    wheel.release();
    expect(refs.at(-1)).toBe(true);
    wheel.release();
    expect(refs.at(-1)).toBe(false);
  });

  test("needs one timer for items of one tick, and none after it", async () => {
    const clock = createManualClock();
    let started = 0;
    const after: Clock["after"] = (ms, callback) => {
      started++;
      return clock.after(ms, callback);
    };
    const wheel = new TimerWheel({ now: clock.now, after });
    for (const probe of [1, 2, 3].map(() => new Probe(clock))) {
      wheel.set(probe, clock.now() + 1_000);
      wheel.clear(probe);
    }
    expect([started, clock.pending]).toEqual([1, 1]);
    await clock.advance(250);
    expect([started, clock.pending]).toEqual([1, 0]);
  });

  test("cancels the timer when it is closed", () => {
    const clock = createManualClock();
    const wheel = new TimerWheel(clock);
    const probe = new Probe(clock);
    wheel.set(probe, clock.now() + 1_000);
    wheel.clear(probe);
    wheel.close();
    expect(clock.pending).toBe(0);
  });
});
