import type { Patience } from "../delivery/request-deadline.ts";

/**
 * Lets the media actions of one call leave one at a time, in order: the next when the one before has been answered.
 * Calls never wait for each other.
 */
export class CallQueue {
  /** Per call that somebody is in, those who wait for their turn. */
  readonly #lines = new Map<string, (() => void)[]>();

  /**
   * Waits for a turn. Whoever has it must call the function that it gives, once: that lets the next one in.
   *
   * @throws what {@link Patience.until} throws; the place in the line is then given up.
   */
  async enter(callId: string, patience: Patience): Promise<() => void> {
    patience.check();
    const line = this.#lines.get(callId);
    if (line) await this.#waitIn(line, { callId, patience });
    else this.#lines.set(callId, []);
    let isIn = true;
    return () => {
      if (isIn) this.#letNextIn(callId);
      isIn = false;
    };
  }

  async #waitIn(line: (() => void)[], { callId, patience }: { callId: string; patience: Patience }): Promise<void> {
    let letIn = (): void => {};
    const turn = new Promise<void>((resolve) => {
      letIn = resolve;
    });
    line.push(letIn);
    try {
      await patience.until(turn);
    } catch (reason) {
      const place = line.indexOf(letIn);
      if (place >= 0) line.splice(place, 1);
      // The turn came, and nobody was there any more to take it.
      else this.#letNextIn(callId);
      throw reason;
    }
  }

  #letNextIn(callId: string): void {
    const letIn = this.#lines.get(callId)?.shift();
    if (letIn) letIn();
    else this.#lines.delete(callId);
  }

  /** Calls that have somebody in line. */
  get size(): number {
    return this.#lines.size;
  }
}
