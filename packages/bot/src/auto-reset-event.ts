import type { Clock, Timer } from "@graph-dtmf/models";

/**
 * An event for one waiting function. Setting it has no effect while nothing waits, so check the condition and call `wait`
 * without an `await` in between.
 */
export class AutoResetEvent {
  readonly #clock: Clock;
  #wake = (): void => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves the current wait. */
  readonly set = (): void => this.#wake();

  /** Resolves when the event is set, or at `untilMs`, in milliseconds since 1970. */
  async wait(untilMs: number = Number.POSITIVE_INFINITY): Promise<void> {
    let timer: Timer | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (untilMs < Number.POSITIVE_INFINITY) timer = this.#clock.after(untilMs - this.#clock.now(), resolve);
    });
    timer?.cancel();
  }
}
