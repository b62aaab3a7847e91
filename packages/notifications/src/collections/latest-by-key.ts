/** Values by key, of which the latest so many stay. What is set again keeps its place. */
export class LatestByKey<Value> {
  readonly #most: number;
  readonly #values = new Map<string, Value>();
  /** Goes on where it was: a new walk would step over all that was deleted since the map was last tidied up. */
  readonly #oldestFirst = this.#values.keys();

  constructor(most: number) {
    this.#most = most;
  }

  get(key: string): Value | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: Value): void {
    this.#values.set(key, value);
    if (this.#values.size <= this.#most) return;
    const oldest = this.#oldestFirst.next();
    if (!oldest.done) this.#values.delete(oldest.value);
  }

  delete(key: string): void {
    this.#values.delete(key);
  }
}
