import type { Clock, Timer } from "@graph-dtmf/models";

/** The time of the calls: the clock's, in which everything takes its length divided by `speed`. Knows all its timers. */
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

  /** How long something that takes `ms` in a real call takes here. */
  scale(ms: number): number {
    return ms / this.#speed;
  }

  /** Calls back at a time of the clock; returns what prevents it. */
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

  /** Forgets everything that was to happen, and will hear of nothing new. */
  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }
}
