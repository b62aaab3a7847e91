import type { Clock, Timer } from "@graph-dtmf/models";

/**
 * The clock of the simulated calls, in which durations are divided by `speed`.
 *
 * It keeps its timers, so that `stop` can cancel them.
 */
export class ScaledClock {
  readonly #clock: Clock;
  readonly #speed: number;
  readonly #timers = new Set<Timer>();
  #stopped = false;

  constructor(clock: Clock, speed: number) {
    if (!(speed > 0 && Number.isFinite(speed))) throw new TypeError(`speed must be a number above 0, got ${speed}`);
    this.#clock = clock;
    this.#speed = speed;
  }

  now(): number {
    return this.#clock.now();
  }

  /** Returns the duration that corresponds to `ms` in a real call. */
  scale(ms: number): number {
    return ms / this.#speed;
  }

  /**
   * Calls `callback` at a time of the clock. A time in the past means as soon as possible, but never synchronously.
   *
   * @returns a function that cancels the call.
   */
  schedule(dueMs: number, callback: () => void): () => void {
    if (this.#stopped) return () => {};
    const timer = this.#clock.after(Math.max(0, dueMs - this.#clock.now()), () => {
      this.#timers.delete(timer);
      callback();
    });
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
      timer.cancel();
    };
  }

  /** Cancels all timers. Later calls of `schedule` have no effect. */
  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }
}
