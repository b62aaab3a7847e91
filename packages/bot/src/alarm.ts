import type { Clock, Timer } from "@graph-dtmf/models";

/**
 * Wakes whoever waits, when it rings or when a time has come. A ring that nobody waits for is lost: look at what there is,
 * and wait in the same turn.
 */
export class Alarm {
  readonly #clock: Clock;
  #wake = (): void => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly ring = (): void => this.#wake();

  async wait(untilMs: number = Number.POSITIVE_INFINITY): Promise<void> {
    let timer: Timer | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (untilMs < Number.POSITIVE_INFINITY) timer = this.#clock.after(untilMs - this.#clock.now(), resolve);
    });
    timer?.cancel();
  }
}
