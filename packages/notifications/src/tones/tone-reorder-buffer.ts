import type { ToneInfo } from "@graph-dtmf/models";

/** A pressed key as a stream gives it. */
export interface HeardTone extends ToneInfo {
  /** How many keys between the one before and this one were lost: never heard of, or dropped because nobody read them. */
  gapBefore: number;
}

/** A tone numbered 1 later than this after its numbering began is no late delivery: somebody subscribed anew. */
const EPOCH_MS = 10_000;
/** How many may wait for one that is missing. */
const MOST_HELD = 64;

/** Brings the tones of one call into the order of their numbers, each once, and knows when they are numbered anew. */
export class ToneNumbering {
  #beganAtMs: number | undefined;
  /** The number that comes next. */
  #next: number | undefined;
  #held: Map<number, { toneInfo: ToneInfo; untilMs: number }> | undefined;
  readonly #ready: HeardTone[] = [];

  /** Whether nothing was ever heard. */
  get isUnknown(): boolean {
    return this.#beganAtMs === undefined;
  }

  /** When a tone that is held is due at the latest. */
  get dueAtMs(): number | undefined {
    return this.#held?.size ? Math.min(...[...this.#held.values()].map(({ untilMs }) => untilMs)) : undefined;
  }

  /** When the numbering began that a tone of this number belongs to: numbers may begin again in a call. */
  epoch(sequenceId: number, nowMs: number): number {
    const beganAtMs = this.#beganAtMs;
    const isSame = beganAtMs !== undefined && (sequenceId !== 1 || nowMs - beganAtMs <= EPOCH_MS);
    return isSame ? beganAtMs : this.#begin(nowMs);
  }

  /**
   * Somebody subscribed by a request made at `sinceMs`: the next tone is numbered 1, unless a numbering began after
   * that, by a tone that was quicker than the answer.
   */
  restart({ sinceMs, nowMs }: { sinceMs: number; nowMs: number }): HeardTone[] {
    if (this.#beganAtMs === undefined || this.#beganAtMs <= sinceMs) this.#begin(nowMs);
    return this.#ready.splice(0);
  }

  /** Takes a tone, and returns what is in order by it. Where some are missing it may be held so long. */
  take(toneInfo: ToneInfo, { nowMs, holdMs }: { nowMs: number; holdMs: number }): HeardTone[] {
    const { sequenceId } = toneInfo;
    this.epoch(sequenceId, nowMs);
    this.#next ??= Math.min(1, sequenceId);
    this.#held ??= new Map();
    if (sequenceId >= this.#next && !this.#held.has(sequenceId)) {
      this.#held.set(sequenceId, { toneInfo, untilMs: nowMs + holdMs });
    }
    return this.release(this.#held.size > MOST_HELD ? Number.POSITIVE_INFINITY : nowMs);
  }

  /** Returns what is in order, or was held as long as it may be. */
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

  #begin(nowMs: number): number {
    this.#ready.push(...this.release(Number.POSITIVE_INFINITY));
    this.#next = undefined;
    this.#beganAtMs = nowMs;
    return nowMs;
  }
}
