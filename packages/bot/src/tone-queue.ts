import type { HeardTone } from "@graph-dtmf/notifications";

/**
 * The keys of a call that are not taken yet. Waiting for a key does not take it, so a wait that ends early loses none.
 * The stream of tones buffers 64.
 */
export class ToneQueue {
  readonly #tones: AsyncIterator<HeardTone, undefined>;
  readonly #listeners = new Set<() => void>();
  #next: HeardTone | undefined;
  #isEnded = false;

  constructor(tones: AsyncIterator<HeardTone, undefined>) {
    this.#tones = tones;
    void this.#fetch();
  }

  get hasTones(): boolean {
    return this.#next !== undefined;
  }

  /** Whether the stream has ended. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  take(): HeardTone | undefined {
    const taken = this.#next;
    this.#next = undefined;
    if (taken) void this.#fetch();
    return taken;
  }

  /** Returns a function that removes the listener. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  async #fetch(): Promise<void> {
    try {
      const { done, value } = await this.#tones.next();
      this.#next = value;
      this.#isEnded = done === true;
    } catch {
      // The bot was closed.
      this.#isEnded = true;
    }
    for (const changed of this.#listeners) changed();
  }
}
