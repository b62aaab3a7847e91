/** The last so many of something. */
export class Latest<Item> {
  readonly #most: number;
  readonly #items: Item[] = [];
  #next = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Adds one, and hands back the one that has to go for it. */
  add(item: Item): Item | undefined {
    const oldest = this.#items[this.#next];
    this.#items[this.#next] = item;
    this.#next = (this.#next + 1) % this.#most;
    return oldest;
  }
}
