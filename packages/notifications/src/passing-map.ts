/** How many deletions at least before it begins anew. */
const AT_LEAST = 256;

/**
 * A map whose entries come and go.
 *
 * V8's maps put a new table in place of the old one whenever it is full of deleted entries, and each old table refers to
 * the next: as soon as the garbage collector takes one of them for long-lived, all that follow stay, with what was in them,
 * until a full collection. A new map from time to time ends the chain.
 */
export class PassingMap<Key, Value> {
  #map = new Map<Key, Value>();
  #deletions = 0;

  get size(): number {
    return this.#map.size;
  }

  get(key: Key): Value | undefined {
    return this.#map.get(key);
  }

  set(key: Key, value: Value): void {
    this.#map.set(key, value);
  }

  delete(key: Key): void {
    if (!this.#map.delete(key) || ++this.#deletions < AT_LEAST + 4 * this.#map.size) return;
    this.#map = new Map(this.#map);
    this.#deletions = 0;
  }

  /** In the order in which they were set. Whoever looks at one may delete it. */
  values(): IterableIterator<Value> {
    return this.#map.values();
  }
}
