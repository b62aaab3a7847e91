import type { Tone } from "@graph-dtmf/models";
import type { HeardTone } from "@graph-dtmf/notifications";
import type { CollectSettings } from "./collect-options.ts";

/** The state of the entry after a key. `tooShort` and `notAllowed` make it invalid. */
type DigitBufferState = "open" | "maxDigits" | "terminator" | "tooShort" | "notAllowed";

/** The keys of one entry. */
export class DigitBuffer {
  readonly #settings: CollectSettings;
  readonly tones: Tone[] = [];
  /** Keys that are missing in the entry. */
  keysLost = 0;

  constructor(settings: CollectSettings) {
    this.#settings = settings;
  }

  get hasMinDigits(): boolean {
    return this.tones.length >= this.#settings.minDigits;
  }

  add({ tone, gapBefore }: HeardTone): DigitBufferState {
    const { terminators, allowed, maxDigits } = this.#settings;
    this.keysLost += gapBefore;
    if (terminators.has(tone)) return this.hasMinDigits ? "terminator" : "tooShort";
    if (allowed && !allowed.has(tone)) return "notAllowed";
    this.tones.push(tone);
    return this.tones.length === maxDigits ? "maxDigits" : "open";
  }
}
