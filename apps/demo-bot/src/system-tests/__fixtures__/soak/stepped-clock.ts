import type { Clock } from "@graph-dtmf/models";

/** A clock that goes from one timer to the next, and stands still while there is real work to do. */
export interface SteppedClock extends Clock {
  /** Runs timer after timer until that time, or as long as it is wanted. */
  run(untilMs: number, isWanted?: () => boolean): Promise<void>;
  /** Resolves after so long, of its own time. */
  sleep(ms: number): Promise<void>;
  readonly pending: number;
}

interface Due {
  atMs: number;
  callback: () => void;
}

/** @param quiet Resolves once nothing goes on any more but for what waits for time to pass. */
export function createSteppedClock(startMs: number, quiet: () => Promise<void>): SteppedClock {
  let nowMs = startMs;
  const queue: Due[] = [];
  const after: Clock["after"] = (delayMs, callback) => {
    const due: Due = { atMs: nowMs + Math.max(0, delayMs), callback };
    const next = queue.findIndex(({ atMs }) => atMs > due.atMs);
    queue.splice(next < 0 ? queue.length : next, 0, due);
    return {
      unref() {},
      cancel() {
        const index = queue.indexOf(due);
        if (index >= 0) queue.splice(index, 1);
      },
    };
  };
  return {
    now: () => nowMs,
    after,
    sleep: (ms) => new Promise((resolve) => after(ms, resolve)),
    async run(untilMs, isWanted = () => true) {
      await quiet();
      while (isWanted()) {
        const [due] = queue;
        if (!due || due.atMs > untilMs) break;
        queue.shift();
        nowMs = due.atMs;
        due.callback();
        await quiet();
      }
      if (isWanted()) nowMs = untilMs;
    },
    get pending() {
      return queue.length;
    },
  };
}
