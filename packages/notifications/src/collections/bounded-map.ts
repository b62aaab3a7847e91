import type { Clock } from "@graph-dtmf/models";

/** Limits of a {@link BoundedMap}. */
export interface BoundedMapOptions<Value> {
  maxSize: number;
  /** Entries that were set longer ago are absent. */
  maxAge?: { ms: number; clock: Pick<Clock, "now"> };
  /** Called with each value that the limits remove. */
  onEvict?(value: Value): void;
}

/** An entry, linked to the ones that were set before and after it. */
interface Entry<Value> {
  readonly key: string;
  readonly value: Value;
  readonly expiresAtMs: number;
  older: Entry<Value> | undefined;
  newer: Entry<Value> | undefined;
}

/**
 * A map that removes the entries that were set longest ago when it has too many, and those that are too old.
 *
 * The order is a linked list. A new iterator of the `Map` for each removal would step over all entries that were deleted
 * since the last rehash. One iterator that is kept would keep the tables of all rehashes in memory.
 */
export class BoundedMap<Value> {
  readonly #options: BoundedMapOptions<Value>;
  readonly #entries = new Map<string, Entry<Value>>();
  #oldest: Entry<Value> | undefined;
  #newest: Entry<Value> | undefined;

  constructor(options: BoundedMapOptions<Value>) {
    this.#options = options;
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    return entry && !this.#isExpired(entry) ? entry.value : undefined;
  }

  /** Sets an entry, and makes it the newest. */
  set(key: string, value: Value): void {
    const { maxSize, maxAge, onEvict } = this.#options;
    this.delete(key);
    const expiresAtMs = maxAge ? maxAge.clock.now() + maxAge.ms : Number.POSITIVE_INFINITY;
    const entry: Entry<Value> = { key, value, expiresAtMs, older: this.#newest, newer: undefined };
    if (this.#newest) this.#newest.newer = entry;
    else this.#oldest = entry;
    this.#newest = entry;
    this.#entries.set(key, entry);
    while (this.#oldest && (this.#entries.size > maxSize || this.#isExpired(this.#oldest))) {
      const { key: oldestKey, value: oldestValue } = this.#oldest;
      this.delete(oldestKey);
      onEvict?.(oldestValue);
    }
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    const { older, newer } = entry;
    if (older) older.newer = newer;
    else this.#oldest = newer;
    if (newer) newer.older = older;
    else this.#newest = older;
  }

  /** The values that have not expired, oldest first. */
  *values(): IterableIterator<Value> {
    for (let entry = this.#oldest; entry; entry = entry.newer) if (!this.#isExpired(entry)) yield entry.value;
  }

  #isExpired({ expiresAtMs }: Entry<Value>): boolean {
    return expiresAtMs <= (this.#options.maxAge?.clock.now() ?? 0);
  }
}
