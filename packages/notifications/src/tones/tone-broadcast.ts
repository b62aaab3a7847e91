import type { Clock, Timer, ToneInfo } from "@graph-dtmf/models";
import type { HeardTone, ToneReorderBuffer } from "./tone-reorder-buffer.ts";
import type { ToneStream } from "./tone-stream.ts";

/** The options of {@link ToneBroadcast}. */
export interface ToneBroadcastOptions {
  buffer: ToneReorderBuffer;
  clock: Clock;
  /** How long a tone is held if earlier ones are missing, in milliseconds. */
  reorderWindowMs: number;
  /** Called when the last stream is removed. */
  onEmpty(): void;
}

/** The streams of one call. Each gets every tone. */
export class ToneBroadcast {
  readonly #options: ToneBroadcastOptions;
  readonly #streams = new Set<ToneStream>();
  #timer: Timer | undefined;

  constructor(options: ToneBroadcastOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#streams.size === 0;
  }

  add(stream: ToneStream): void {
    this.#streams.add(stream);
  }

  remove(stream: ToneStream): void {
    this.#streams.delete(stream);
    if (!this.isEmpty) return;
    // Releases held tones: for a later stream they are in the past.
    this.#emit(this.#options.buffer.release(Number.POSITIVE_INFINITY));
    this.#options.onEmpty();
  }

  put(toneInfo: ToneInfo): void {
    const { buffer, clock, reorderWindowMs } = this.#options;
    this.#emit(buffer.put(toneInfo, { nowMs: clock.now(), holdMs: reorderWindowMs }));
  }

  restart(sinceMs: number): void {
    const { buffer, clock } = this.#options;
    this.#emit(buffer.restart({ sinceMs, nowMs: clock.now() }));
  }

  /** Ends all streams, after the held tones. */
  end(): void {
    if (this.isEmpty) return;
    this.#emit(this.#options.buffer.release(Number.POSITIVE_INFINITY));
    for (const stream of [...this.#streams]) stream.end();
  }

  #emit(tones: readonly HeardTone[]): void {
    for (const tone of tones) for (const stream of this.#streams) stream.push({ ...tone });
    const { buffer, clock } = this.#options;
    this.#timer?.cancel();
    this.#timer = undefined;
    const dueAtMs = buffer.dueAtMs;
    if (dueAtMs === undefined) return;
    this.#timer = clock.after(dueAtMs - clock.now(), () => this.#emit(buffer.release(clock.now())));
    this.#timer.unref();
  }
}
