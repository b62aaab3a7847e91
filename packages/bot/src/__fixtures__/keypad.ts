import { parseTones, type Tone } from "@graph-dtmf/models";
import type { HeardTone } from "@graph-dtmf/notifications";

/** A stream of keys that a test presses. */
export class Keypad implements AsyncIterator<HeardTone, undefined> {
  readonly #pressed: HeardTone[] = [];
  #waiting: ((result: IteratorResult<HeardTone, undefined>) => void) | undefined;
  #isEnded = false;
  #count = 0;

  press(keys: string, { gapBefore = 0 }: { gapBefore?: number } = {}): void {
    for (const tone of parseTones(keys)) this.#push(tone, gapBefore);
  }

  hangUp(): void {
    this.#isEnded = true;
    this.#waiting?.({ done: true, value: undefined });
  }

  next(): Promise<IteratorResult<HeardTone, undefined>> {
    const value = this.#pressed.shift();
    if (value) return Promise.resolve({ done: false, value });
    if (this.#isEnded) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  #push(tone: Tone, gapBefore: number): void {
    this.#count += 1 + gapBefore;
    const value = { sequenceId: this.#count, tone, gapBefore };
    if (!this.#waiting) this.#pressed.push(value);
    else {
      this.#waiting({ done: false, value });
      this.#waiting = undefined;
    }
  }
}
