import type { Clock, Timer } from "@graph-dtmf/models";

/**
 * Resumes a waiting function when it is set, or at a given time. Setting it while nothing waits has no effect: so
 * check the condition and wait without an `await` in between.
 */
export class AutoResetEvent {
  readonly #clock: Clock;
  #wake = (): void => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly set = (): void => this.#wake();

  async wait(untilMs: number = Number.POSITIVE_INFINITY): Promise<void> {
    let timer: Timer | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (untilMs < Number.POSITIVE_INFINITY) timer = this.#clock.after(untilMs - this.#clock.now(), resolve);
    });
    timer?.cancel();
  }
}
