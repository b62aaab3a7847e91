/** Values by a text. There is mostly just one, and a map costs more than all else that is done with it: so one has none. */
export class Few<Value> {
  #key: string | undefined;
  #value: Value | undefined;
  /** All of them, once there were more than one. */
  #all: Map<string, Value> | undefined;

  get size(): number {
    if (this.#all) return this.#all.size;
    return this.#key === undefined ? 0 : 1;
  }

  get(key: string): Value | undefined {
    if (this.#all) return this.#all.get(key);
    return this.#key === key ? this.#value : undefined;
  }

  set(key: string, value: Value): void {
    if (!this.#all) {
      if (this.#key === undefined || this.#key === key) {
        this.#key = key;
        this.#value = value;
        return;
      }
      this.#all = new Map([[this.#key, this.#value as Value]]);
      this.#key = undefined;
      this.#value = undefined;
    }
    this.#all.set(key, value);
  }

  delete(key: string): void {
    if (this.#all) this.#all.delete(key);
    else if (this.#key === key) {
      this.#key = undefined;
      this.#value = undefined;
    }
  }

  /** In the order in which they were added. Whoever looks at one may delete it. */
  values(): Iterable<Value> {
    if (this.#all) return this.#all.values();
    return this.#key === undefined ? [] : [this.#value as Value];
  }
}
