/** How many deletions at least before it begins anew. */
const AT_LEAST = 256;

/**
 * A map whose entries come and go.
 *
 * V8's maps put a new table in place of the old one whenever it is full of deleted entries, and each old table refers to
 * the next: as soon as the garbage collector takes one of them for long-lived, all that follow stay, with what was in them,
 * until a full collection. A new map from time to time ends the chain.
 *
 * What was set last is not in the map yet: most often it is deleted before anything else is set, and even the hash of its
 * key is never asked for.
 */
export class PassingMap<Key, Value extends object> {
  #map = new Map<Key, Value>();
  #deletions = 0;
  #latestKey: Key | undefined;
  #latest: Value | undefined;

  get size(): number {
    return this.#map.size + (this.#latest ? 1 : 0);
  }

  get(key: Key): Value | undefined {
    if (this.#latest && this.#latestKey === key) return this.#latest;
    return this.#map.size > 0 ? this.#map.get(key) : undefined;
  }

  set(key: Key, value: Value): void {
    if (this.#map.size > 0 && this.#map.has(key)) {
      this.#map.set(key, value);
      return;
    }
    if (this.#latest && this.#latestKey !== key) this.#map.set(this.#latestKey as Key, this.#latest);
    this.#latestKey = key;
    this.#latest = value;
  }

  delete(key: Key): void {
    if (this.#latest && this.#latestKey === key) this.#latest = undefined;
    else if (this.#map.delete(key) && ++this.#deletions >= AT_LEAST + 4 * this.#map.size) {
      this.#map = new Map(this.#map);
      this.#deletions = 0;
    }
  }

  /** In the order in which they were set. Whoever looks at one may delete it. */
  *values(): IterableIterator<Value> {
    yield* this.#map.values();
    if (this.#latest) yield this.#latest;
  }
}
