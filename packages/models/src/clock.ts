/** A pending timer. */
export interface Timer {
  /** Whether the process may end while the timer is pending. */
  unref(): void;
  cancel(): void;
}

/** Time, as everything in graph-dtmf that waits takes it: the real one by default, another one in tests. */
export interface Clock {
  /** Milliseconds since 1970, as `Date.now`. */
  now(): number;
  /** Calls back once, after at least `delayMs`. */
  after(delayMs: number, callback: () => void): Timer;
}

/** The longest delay that a timer of the platform takes; anything longer would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The real time. Delays of any length are kept, also those that the platform's timers cannot hold. */
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
    // The platform cuts fractions off, which would be too early.
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
