import type { Clock } from "../clock.ts";

/** A clock that stands still until a test moves it. */
export interface ManualClock extends Clock {
  /** Moves the time and runs the timers that become due, in order, including those that they start. */
  advance(ms: number): Promise<void>;
  /** The number of pending timers: 0 if none is leaked. */
  readonly pending: number;
}

/** Creates a {@link ManualClock} at a given time, in milliseconds since 1970. */
export function createManualClock(startMs = 1_700_000_000_000): ManualClock {
  let nowMs = startMs;
  let started = 0;
  const timers = new Map<number, { dueMs: number; callback: () => void }>();
  const nextDue = (untilMs: number): number | undefined => {
    let next: number | undefined;
    let dueMs = untilMs;
    for (const [id, timer] of timers) {
      if (timer.dueMs < dueMs || (timer.dueMs === dueMs && next === undefined)) {
        next = id;
        dueMs = timer.dueMs;
      }
    }
    return next;
  };
  return {
    now: () => nowMs,
    after(delayMs, callback) {
      const id = started++;
      timers.set(id, { dueMs: nowMs + Math.max(0, delayMs), callback });
      return { unref() {}, cancel: () => timers.delete(id) };
    },
    get pending() {
      return timers.size;
    },
    async advance(ms) {
      const untilMs = nowMs + ms;
      await settle();
      for (let id = nextDue(untilMs); id !== undefined; id = nextDue(untilMs)) {
        const timer = timers.get(id);
        timers.delete(id);
        nowMs = Math.max(nowMs, timer?.dueMs ?? nowMs);
        timer?.callback();
        await settle();
      }
      nowMs = untilMs;
    },
  };
}

/** Runs the callbacks of promises that are already resolved, several levels deep. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}
