/** Promises that somebody has to wait for before the process may end. None of them rejects. */
export class Outstanding {
  readonly #promises = new Set<Promise<unknown>>();

  get size(): number {
    return this.#promises.size;
  }

  add(promise: Promise<unknown>): void {
    this.#promises.add(promise);
    void promise.then(() => this.#promises.delete(promise));
  }

  /** Resolves when all that were added until now are settled; rejects with the signal's reason. */
  async settled(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    let abort = (): void => {};
    const aborted = new Promise<never>((_, reject) => {
      abort = () => reject(signal?.reason);
    });
    signal?.addEventListener("abort", abort);
    try {
      await Promise.race([Promise.all(this.#promises), aborted]);
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }
}
