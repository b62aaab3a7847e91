import { type Clock, systemClock } from "@graph-dtmf/models";
import { createManualClock } from "@graph-dtmf/models/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Deadlines, type Due } from "./timer-wheel.ts";

/** Notes when it became due. */
class Probe implements Due {
  readonly dueAt: number[] = [];
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  due(): void {
    this.dueAt.push(this.#clock.now());
  }
}

describe("deadlines", () => {
  test("become due once, never early, and at most 250 ms late", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(10_000),
        fc.array(fc.record({ setAt: fc.nat(5_000), in: fc.integer({ min: -1_000, max: 100_000 }) }), { maxLength: 30 }),
        async (startMs, plans) => {
          const clock = createManualClock(1_700_000_000_000 + startMs);
          const deadlines = new Deadlines(clock);
          const probes: { probe: Probe; dueMs: number }[] = [];
          for (const plan of plans) {
            await clock.advance(plan.setAt);
            const probe = new Probe(clock);
            const dueMs = clock.now() + plan.in;
            deadlines.set(probe, dueMs);
            probes.push({ probe, dueMs: Math.max(dueMs, clock.now()) });
          }
          await clock.advance(200_000);
          for (const { probe, dueMs } of probes) {
            expect(probe.dueAt).toHaveLength(1);
            expect(probe.dueAt[0]).toBeGreaterThanOrEqual(dueMs);
            expect(probe.dueAt[0]).toBeLessThanOrEqual(dueMs + 250);
          }
          expect(clock.pending).toBe(0);
        },
      ),
      { numRuns: 200 },
    );
  });

  test("become due at a time for which another was set, and cleared, long before", async () => {
    const clock = createManualClock();
    const deadlines = new Deadlines(clock);
    const [cleared, set] = [new Probe(clock), new Probe(clock)];
    const atMs = clock.now() + 10_000;
    deadlines.set(cleared, atMs);
    deadlines.clear(cleared);
    await clock.advance(1_000);
    expect(clock.pending).toBe(0);
    deadlines.set(set, atMs);
    await clock.advance(10_000);
    expect([cleared.dueAt.length, set.dueAt.length]).toEqual([0, 1]);
  });

  test("can be moved and cleared; the timer stops with the last", async () => {
    const clock = createManualClock();
    const deadlines = new Deadlines(clock);
    const [moved, cleared] = [new Probe(clock), new Probe(clock)];
    deadlines.set(moved, clock.now() + 1_000);
    deadlines.set(cleared, clock.now() + 1_000);
    deadlines.set(moved, clock.now() + 5_000);
    deadlines.clear(cleared);
    deadlines.clear(cleared);
    await clock.advance(4_999);
    expect(moved.dueAt).toEqual([]);
    await clock.advance(1);
    expect(moved.dueAt).toHaveLength(1);
    expect(cleared.dueAt).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test("are moved on the timer that runs, also where there is but one", async () => {
    const clock = createManualClock();
    let started = 0;
    const deadlines = new Deadlines({
      now: clock.now,
      after(ms, callback) {
        started++;
        return clock.after(ms, callback);
      },
    });
    const probe = new Probe(clock);
    for (const inMs of [10_000, 5_000, 1_000]) deadlines.set(probe, clock.now() + inMs);
    expect(started).toBe(1);
    await clock.advance(20_000);
    expect([probe.dueAt.length, clock.pending]).toEqual([1, 0]);
  });

  test("may be set again when they become due", async () => {
    const clock = createManualClock();
    const deadlines = new Deadlines(clock);
    let left = 3;
    const again: Due = {
      due() {
        if (--left > 0) deadlines.set(again, clock.now());
      },
    };
    deadlines.set(again, clock.now());
    await clock.advance(10_000);
    expect(left).toBe(0);
  });

  test("keep the process alive only while something is held", () => {
    const refs: boolean[] = [];
    const clock: Clock = {
      now: systemClock.now,
      after() {
        refs.push(true);
        return { unref: () => refs.splice(-1, 1, false), cancel() {} };
      },
    };
    const deadlines = new Deadlines(clock);
    deadlines.set(new Probe(clock), clock.now() + 1_000);
    expect(refs.at(-1)).toBe(false);
    deadlines.hold();
    deadlines.hold();
    expect(refs.at(-1)).toBe(true);
    deadlines.release();
    expect(refs.at(-1)).toBe(true);
    deadlines.release();
    expect(refs.at(-1)).toBe(false);
  });

  test("need one timer for all that comes and goes within a tick, and none after that", async () => {
    const clock = createManualClock();
    let started = 0;
    const after: Clock["after"] = (ms, callback) => {
      started++;
      return clock.after(ms, callback);
    };
    const deadlines = new Deadlines({ now: clock.now, after });
    for (const probe of [1, 2, 3].map(() => new Probe(clock))) {
      deadlines.set(probe, clock.now() + 1_000);
      deadlines.clear(probe);
    }
    expect([started, clock.pending]).toEqual([1, 1]);
    await clock.advance(250);
    expect([started, clock.pending]).toEqual([1, 0]);
  });

  test("let go of the timer when they are closed", () => {
    const clock = createManualClock();
    const deadlines = new Deadlines(clock);
    const probe = new Probe(clock);
    deadlines.set(probe, clock.now() + 1_000);
    deadlines.clear(probe);
    deadlines.close();
    expect(clock.pending).toBe(0);
  });
});
