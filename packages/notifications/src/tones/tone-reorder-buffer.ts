import type { ToneInfo } from "@graph-dtmf/models";

/** A pressed key of a stream. */
export interface HeardTone extends ToneInfo {
  /** How many keys before this one were lost: never received, or dropped because they were not read. */
  gapBefore: number;
}

/** The pressed keys of a call. (`AsyncIterableIterator` takes a single type argument before TypeScript 5.6.) */
export interface ToneIterator extends AsyncIterator<HeardTone, undefined> {
  [Symbol.asyncIterator](): ToneIterator;
}

/** A tone with the number 1 starts a new numbering if it arrives later than this after the start of the current one. */
const RENUMBER_AFTER_MS = 10_000;
/** The maximum number of tones that are held until a missing one arrives. */
const MAX_HELD = 64;

/** Puts the tones of one call in the order of their numbers, drops duplicates, and detects a new numbering. */
export class ToneReorderBuffer {
  #startedAtMs: number | undefined;
  /** The next number. */
  #next: number | undefined;
  #held: Map<number, { toneInfo: ToneInfo; untilMs: number }> | undefined;
  readonly #ready: HeardTone[] = [];

  /** Whether no tone was ever added. */
  get isUnused(): boolean {
    return this.#startedAtMs === undefined;
  }

  /** When the next held tone must be released. */
  get dueAtMs(): number | undefined {
    return this.#held?.size ? Math.min(...[...this.#held.values()].map(({ untilMs }) => untilMs)) : undefined;
  }

  /** The start of the numbering that a tone of this number belongs to. A call may start a new numbering. */
  epoch(sequenceId: number, nowMs: number): number {
    const startedAtMs = this.#startedAtMs;
    const isSame = startedAtMs !== undefined && (sequenceId !== 1 || nowMs - startedAtMs <= RENUMBER_AFTER_MS);
    return isSame ? startedAtMs : this.#startNumbering(nowMs);
  }

  /**
   * Starts a new numbering after a subscription that was requested at `sinceMs`, unless a tone that arrived before the
   * response has started it already.
   */
  restart({ sinceMs, nowMs }: { sinceMs: number; nowMs: number }): HeardTone[] {
    if (this.#startedAtMs === undefined || this.#startedAtMs <= sinceMs) this.#startNumbering(nowMs);
    return this.#ready.splice(0);
  }

  /** Adds a tone. Returns the tones that are in order now. If earlier ones are missing, it is held for `holdMs`. */
  put(toneInfo: ToneInfo, { nowMs, holdMs }: { nowMs: number; holdMs: number }): HeardTone[] {
    const { sequenceId } = toneInfo;
    this.epoch(sequenceId, nowMs);
    this.#next ??= Math.min(1, sequenceId);
    this.#held ??= new Map();
    if (sequenceId >= this.#next && !this.#held.has(sequenceId)) {
      this.#held.set(sequenceId, { toneInfo, untilMs: nowMs + holdMs });
    }
    return this.release(this.#held.size > MAX_HELD ? Number.POSITIVE_INFINITY : nowMs);
  }

  /** Returns the tones that are in order, or were held long enough. */
  release(nowMs: number): HeardTone[] {
    const held = [...(this.#held ?? [])].sort(([one], [other]) => one - other);
    const lastDue = held.findLastIndex(([, { untilMs }]) => untilMs <= nowMs);
    for (const [index, [sequenceId, { toneInfo }]] of held.entries()) {
      const next = this.#next ?? sequenceId;
      if (index > lastDue && sequenceId !== next) break;
      this.#held?.delete(sequenceId);
      this.#ready.push({ ...toneInfo, gapBefore: sequenceId - next });
      this.#next = sequenceId + 1;
    }
    return this.#ready.splice(0);
  }

  #startNumbering(nowMs: number): number {
    this.#ready.push(...this.release(Number.POSITIVE_INFINITY));
    this.#next = undefined;
    this.#startedAtMs = nowMs;
    return nowMs;
  }
}
