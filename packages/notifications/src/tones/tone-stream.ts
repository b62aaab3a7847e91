import type { HeardTone, ToneIterator } from "./tone-reorder-buffer.ts";

/** The maximum number of unread tones. If there are more, the oldest is dropped. */
const MAX_UNREAD = 64;

interface PendingRead {
  resolve(result: IteratorResult<HeardTone, undefined>): void;
  reject(reason: unknown): void;
}

const DONE = { done: true, value: undefined } as const;

/** A stream of the tones of a call, with its unread tones and pending reads. */
export class ToneStream implements ToneIterator {
  readonly #onEnd: () => void;
  readonly #unread: HeardTone[] = [];
  readonly #pendingReads: PendingRead[] = [];
  #isEnded = false;
  #failure: { reason: unknown } | undefined;

  /** @param onEnd Called once when the stream ends. */
  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  push(tone: HeardTone): void {
    const pendingRead = this.#pendingReads.shift();
    if (pendingRead) {
      pendingRead.resolve({ done: false, value: tone });
      return;
    }
    this.#unread.push(tone);
    if (this.#unread.length <= MAX_UNREAD) return;
    const dropped = this.#unread.shift();
    const oldest = this.#unread[0];
    if (dropped && oldest) this.#unread[0] = { ...oldest, gapBefore: oldest.gapBefore + dropped.gapBefore + 1 };
  }

  /** Ends the stream. Unread tones can still be read. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    for (const pendingRead of this.#pendingReads.splice(0)) pendingRead.resolve(DONE);
    this.#onEnd();
  }

  /** Ends the stream with an error for one read, and drops unread tones. */
  fail(reason: unknown): void {
    if (this.#isEnded) return;
    this.#unread.length = 0;
    const first = this.#pendingReads.shift();
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
    if (this.#isEnded) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => this.#pendingReads.push({ resolve, reject }));
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
