import type { Tone } from "@graph-dtmf/models";
import type { HeardTone } from "@graph-dtmf/notifications";
import type { CollectRules } from "./collect-rules.ts";

/** What a key has made of an entry. `tooShort` and `notAllowed` make it invalid. */
export type EntryState = "open" | "maxDigits" | "terminator" | "tooShort" | "notAllowed";

/** What was entered so far. */
export class Entry {
  readonly #rules: CollectRules;
  readonly tones: Tone[] = [];
  /** Keys that are known to be missing in it. */
  keysLost = 0;

  constructor(rules: CollectRules) {
    this.#rules = rules;
  }

  get isLongEnough(): boolean {
    return this.tones.length >= this.#rules.minDigits;
  }

  take({ tone, gapBefore }: HeardTone): EntryState {
    const { terminators, allowed, maxDigits } = this.#rules;
    this.keysLost += gapBefore;
    if (terminators.has(tone)) return this.isLongEnough ? "terminator" : "tooShort";
    if (allowed && !allowed.has(tone)) return "notAllowed";
    this.tones.push(tone);
    return this.tones.length === maxDigits ? "maxDigits" : "open";
  }
}
