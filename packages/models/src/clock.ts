/** A pending timer. */
export interface Timer {
  /** Whether the process may end while the timer is pending. */
  unref(): void;
  cancel(): void;
}

/** Time for everything in graph-dtmf that waits: the real time by default, a manual clock in tests. */
export interface Clock {
  /** Milliseconds since 1970, as `Date.now`. */
  now(): number;
  /** Calls `callback` once, after at least `delayMs`. */
  after(delayMs: number, callback: () => void): Timer;
}

/** The longest delay that timers of the platform support. Longer ones would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The real time. Supports delays of any length, also longer ones than the platform's timers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, callback) {
    let keepsAlive = true;
    let handle: NodeJS.Timeout;
    const wait = (leftMs: number): void => {
      const stepMs = Math.min(leftMs, LONGEST_TIMER_MS);
      handle = setTimeout(() => (leftMs > stepMs ? wait(leftMs - stepMs) : callback()), stepMs);
      if (!keepsAlive) handle.unref();
    };
    // The platform truncates fractions, so the timer would fire too early.
    wait(Math.max(0, Math.ceil(delayMs)));
    return {
      unref() {
        keepsAlive = false;
        handle.unref();
      },
      cancel: () => clearTimeout(handle),
    };
  },
};
