import type { Clock } from "@graph-dtmf/models";

/** Limits of a {@link BoundedMap}. */
export interface BoundedMapOptions<Value> {
  maxSize: number;
  /** Entries that were set longer ago are absent. */
  maxAge?: { ms: number; clock: Pick<Clock, "now"> };
  /** Called with each value that the limits remove. */
  onEvict?(value: Value): void;
}

interface Entry<Value> {
  readonly key: string;
  readonly value: Value;
  readonly expiresAtMs: number;
}

/** A map that removes the entries that were set longest ago when it has too many, and those that are too old. */
export class BoundedMap<Value> {
  readonly #options: BoundedMapOptions<Value>;
  readonly #entries = new Map<string, Entry<Value>>();
  /**
   * Goes through the entries in the order in which they were set. One iterator is kept, because a new one would step over
   * all entries that were deleted since the map was last rehashed, which can be thousands.
   */
  #oldestFirst = this.#entries.values();
  /** The next entry to remove, taken from the iterator already. */
  #oldest: Entry<Value> | undefined;

  constructor(options: BoundedMapOptions<Value>) {
    this.#options = options;
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    return entry && !this.#isExpired(entry) ? entry.value : undefined;
  }

  /** Sets an entry, and makes it the newest. */
  set(key: string, value: Value): void {
    const { maxSize, maxAge } = this.#options;
    this.#entries.delete(key);
    this.#entries.set(key, { key, value, expiresAtMs: maxAge ? maxAge.clock.now() + maxAge.ms : Infinity });
    while (maxAge || this.#entries.size > maxSize) {
      const oldest = this.#findOldest();
      if (!oldest || (this.#entries.size <= maxSize && !this.#isExpired(oldest))) return;
      this.#entries.delete(oldest.key);
      this.#options.onEvict?.(oldest.value);
    }
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  /** The values that have not expired, oldest first. */
  *values(): IterableIterator<Value> {
    for (const entry of this.#entries.values()) if (!this.#isExpired(entry)) yield entry.value;
  }

  #findOldest(): Entry<Value> | undefined {
    while (!this.#oldest || this.#entries.get(this.#oldest.key) !== this.#oldest) {
      const next = this.#oldestFirst.next();
      if (!next.done) this.#oldest = next.value;
      else if (this.#entries.size === 0) return undefined;
      // A finished iterator does not continue with entries that are set later.
      else this.#oldestFirst = this.#entries.values();
    }
    return this.#oldest;
  }

  #isExpired({ expiresAtMs }: Entry<Value>): boolean {
    return expiresAtMs !== Infinity && expiresAtMs <= (this.#options.maxAge?.clock.now() ?? 0);
  }
}
