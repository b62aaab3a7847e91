import type { HeardTone } from "@graph-dtmf/notifications";

/**
 * The keys that were pressed in a call and that nobody has taken yet. Looking takes none, so that none is lost to whoever
 * gives up waiting. The stream behind it keeps 64.
 */
export class KeyInbox {
  readonly #tones: AsyncIterator<HeardTone, undefined>;
  readonly #watchers = new Set<() => void>();
  #next: HeardTone | undefined;
  #isOver = false;

  constructor(tones: AsyncIterator<HeardTone, undefined>) {
    this.#tones = tones;
    void this.#fetch();
  }

  get hasKeys(): boolean {
    return this.#next !== undefined;
  }

  /** No key will come any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  take(): HeardTone | undefined {
    const taken = this.#next;
    this.#next = undefined;
    if (taken) void this.#fetch();
    return taken;
  }

  /** Returns what stops it. */
  readonly watch = (changed: () => void): (() => void) => {
    this.#watchers.add(changed);
    return () => this.#watchers.delete(changed);
  };

  async #fetch(): Promise<void> {
    try {
      const { done, value } = await this.#tones.next();
      this.#next = value;
      this.#isOver = done === true;
    } catch {
      // The bot was closed.
      this.#isOver = true;
    }
    for (const changed of this.#watchers) changed();
  }
}
