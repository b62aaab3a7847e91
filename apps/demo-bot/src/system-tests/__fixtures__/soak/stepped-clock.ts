import type { Clock } from "@graph-dtmf/models";

/** A simulated clock that advances from one timer to the next, and not while there is network activity. */
export interface SteppedClock extends Clock {
  /** Runs timers until the given time, or until `shouldContinue` returns false. */
  run(untilMs: number, shouldContinue?: () => boolean): Promise<void>;
  /** Resolves after the given simulated time. */
  sleep(ms: number): Promise<void>;
  readonly pending: number;
}

interface Timer {
  atMs: number;
  callback: () => void;
}

/**
 * Creates a clock that starts at `startMs`.
 *
 * @param waitForQuiet Resolves when everything that runs waits for a timer.
 */
export function createSteppedClock(startMs: number, waitForQuiet: () => Promise<void>): SteppedClock {
  let nowMs = startMs;
  const queue: Timer[] = [];
  const after: Clock["after"] = (delayMs, callback) => {
    const timer: Timer = { atMs: nowMs + Math.max(0, delayMs), callback };
    const next = queue.findIndex(({ atMs }) => atMs > timer.atMs);
    queue.splice(next < 0 ? queue.length : next, 0, timer);
    return {
      unref() {},
      cancel() {
        const index = queue.indexOf(timer);
        if (index >= 0) queue.splice(index, 1);
      },
    };
  };
  return {
    now: () => nowMs,
    after,
    sleep: (ms) => new Promise((resolve) => after(ms, resolve)),
    async run(untilMs, shouldContinue = () => true) {
      await waitForQuiet();
      while (shouldContinue()) {
        const [timer] = queue;
        if (!timer || timer.atMs > untilMs) break;
        queue.shift();
        nowMs = timer.atMs;
        timer.callback();
        await waitForQuiet();
      }
      if (shouldContinue()) nowMs = untilMs;
    },
    get pending() {
      return queue.length;
    },
  };
}
