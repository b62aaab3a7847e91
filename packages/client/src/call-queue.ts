import type { Patience } from "./patience.ts";

/**
 * Lets the media actions of one call leave one at a time, in order: the next when the one before has been answered.
 * Calls never wait for each other.
 */
export class CallQueue {
  /** Per call, what settles when the last one in its line has left. */
  readonly #lines = new Map<string, Promise<void>>();

  /**
   * Waits for a turn. Whoever has it must call the function that it gives, once: that lets the next one in.
   *
   * @throws what {@link Patience.until} throws; the place in the line is then given up.
   */
  async enter(callId: string, patience: Patience): Promise<() => void> {
    const before = this.#lines.get(callId) ?? Promise.resolve();
    let leave = (): void => {};
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    const line = before.then(() => left);
    this.#lines.set(callId, line);
    void line.then(() => {
      if (this.#lines.get(callId) === line) this.#lines.delete(callId);
    });
    try {
      await patience.until(before);
    } catch (reason) {
      leave();
      throw reason;
    }
    return leave;
  }

  /** Calls that have somebody in line. */
  get size(): number {
    return this.#lines.size;
  }
}
