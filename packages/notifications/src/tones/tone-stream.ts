import type { HeardTone } from "./tone-reorder-buffer.ts";

/** How many tones are kept for a reader who does not read. */
const MOST_UNREAD = 64;

interface Reading {
  resolve(result: IteratorResult<HeardTone, undefined>): void;
  reject(reason: unknown): void;
}

const DONE = { done: true, value: undefined } as const;

/** One reader of the tones of a call: what it has not read yet, and what it waits for. */
export class ToneReader implements AsyncIterableIterator<HeardTone, undefined> {
  readonly #left: () => void;
  readonly #unread: HeardTone[] = [];
  readonly #readings: Reading[] = [];
  #isOver = false;
  #failure: { reason: unknown } | undefined;

  /** Calls `left` once, when no more tones are taken. */
  constructor(left: () => void) {
    this.#left = left;
  }

  push(tone: HeardTone): void {
    const reading = this.#readings.shift();
    if (reading) {
      reading.resolve({ done: false, value: tone });
      return;
    }
    this.#unread.push(tone);
    if (this.#unread.length <= MOST_UNREAD) return;
    const dropped = this.#unread.shift();
    const oldest = this.#unread[0];
    if (dropped && oldest) this.#unread[0] = { ...oldest, gapBefore: oldest.gapBefore + dropped.gapBefore + 1 };
  }

  /** No more will come; what is unread can still be read. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const reading of this.#readings.splice(0)) reading.resolve(DONE);
    this.#left();
  }

  /** Whoever reads is told of the reason, once; what is unread is let go. */
  fail(reason: unknown): void {
    if (this.#isOver) return;
    this.#unread.length = 0;
    const first = this.#readings.shift();
    if (first) first.reject(reason);
    else this.#failure = { reason };
    this.end();
  }

  next(): Promise<IteratorResult<HeardTone, undefined>> {
    const value = this.#unread.shift();
    if (value) return Promise.resolve({ done: false, value });
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) return Promise.reject(failure.reason);
    if (this.#isOver) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => this.#readings.push({ resolve, reject }));
  }

  async return(): Promise<IteratorResult<HeardTone, undefined>> {
    this.#unread.length = 0;
    this.#failure = undefined;
    this.end();
    return DONE;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
