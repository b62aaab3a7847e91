/** Whatever somebody may have to wait for before the process may end. It never rejects. */
export interface Waitable {
  readonly done: Promise<void>;
}

/** All of it that is not done yet. */
export class Outstanding {
  readonly #waitables = new Set<Waitable>();

  get size(): number {
    return this.#waitables.size;
  }

  add(waitable: Waitable): void {
    this.#waitables.add(waitable);
  }

  delete(waitable: Waitable): void {
    this.#waitables.delete(waitable);
  }

  /** Resolves when all that were added until now are done; rejects with the signal's reason. */
  async settled(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    let abort = (): void => {};
    const aborted = new Promise<never>((_, reject) => {
      abort = () => reject(signal?.reason);
    });
    signal?.addEventListener("abort", abort);
    try {
      await Promise.race([Promise.all([...this.#waitables].map(({ done }) => done)), aborted]);
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }
}
