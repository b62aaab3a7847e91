import type { Clock, Timer, ToneInfo } from "@graph-dtmf/models";
import type { HeardTone, ToneNumbering } from "./tone-reorder-buffer.ts";
import type { ToneReader } from "./tone-stream.ts";

/** What readers of one call are given their tones by. */
export interface ToneReadersOptions {
  numbering: ToneNumbering;
  clock: Clock;
  /** How long a tone waits for one before it that is missing. */
  reorderWindowMs: number;
  /** The last of them has left. */
  left(): void;
}

/** Those who read the tones of one call. Each sees all. */
export class ToneReaders {
  readonly #options: ToneReadersOptions;
  readonly #readers = new Set<ToneReader>();
  #timer: Timer | undefined;

  constructor(options: ToneReadersOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#readers.size === 0;
  }

  add(reader: ToneReader): void {
    this.#readers.add(reader);
  }

  remove(reader: ToneReader): void {
    this.#readers.delete(reader);
    if (!this.isEmpty) return;
    // Nobody is left who waits for what is missing, and for whoever comes next it is past.
    this.#hand(this.#options.numbering.release(Number.POSITIVE_INFINITY));
    this.#options.left();
  }

  hear(toneInfo: ToneInfo): void {
    const { numbering, clock, reorderWindowMs } = this.#options;
    this.#hand(numbering.take(toneInfo, { nowMs: clock.now(), holdMs: reorderWindowMs }));
  }

  restart(sinceMs: number): void {
    const { numbering, clock } = this.#options;
    this.#hand(numbering.restart({ sinceMs, nowMs: clock.now() }));
  }

  /** No more tones will come: what is held has to do without those that are missing. */
  end(): void {
    if (this.isEmpty) return;
    this.#hand(this.#options.numbering.release(Number.POSITIVE_INFINITY));
    for (const reader of [...this.#readers]) reader.end();
  }

  #hand(tones: readonly HeardTone[]): void {
    for (const tone of tones) for (const reader of this.#readers) reader.push({ ...tone });
    const { numbering, clock } = this.#options;
    this.#timer?.cancel();
    this.#timer = undefined;
    const dueAtMs = numbering.dueAtMs;
    if (dueAtMs === undefined) return;
    this.#timer = clock.after(dueAtMs - clock.now(), () => this.#hand(numbering.release(clock.now())));
    this.#timer.unref();
  }
}
