import { InvalidTonesError } from "./errors.ts";
import { typeName } from "./json-value.ts";
import { isSeparator, type Tone, toneOfKey } from "./tone.ts";

/** One step of a dial string: tones to press, or a pause before the next tones. */
export type DialStep = { readonly tones: readonly Tone[] } | { readonly pauseMs: number };

/** The duration of each pause character, in milliseconds. */
const PAUSES: Readonly<Record<string, number>> = { ",": 2000, w: 500, W: 1000 };

/**
 * Parses a dial string: keys as in {@link parseTones}, and the pauses `,` (2000 ms), `W` (1000 ms) and `w` (500 ms).
 * Adjacent pauses are added up. Keys are joined across separators, but not across pauses.
 *
 * Letters of words are not translated to keys: `1-800-FLOWERS` is rejected.
 *
 * @throws {@link InvalidTonesError} with the position of the first invalid character, never the character.
 *
 * @example
 * parseDialString("1,2#"); // [{ tones: ["tone1"] }, { pauseMs: 2000 }, { tones: ["tone2", "pound"] }]
 */
export function parseDialString(text: string): DialStep[] {
  if (typeof text !== "string") throw new InvalidTonesError(`a dial string must be a string, got ${typeName(text)}`);
  const steps: DialStep[] = [];
  let tones: Tone[] = [];
  let pauseMs = 0;
  const endTones = () => {
    if (tones.length > 0) steps.push({ tones });
    tones = [];
  };
  const endPause = () => {
    if (pauseMs > 0) steps.push({ pauseMs });
    pauseMs = 0;
  };
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    const tone = toneOfKey(character);
    const pause = Object.hasOwn(PAUSES, character) ? PAUSES[character] : undefined;
    if (tone) {
      endPause();
      tones.push(tone);
    } else if (pause !== undefined) {
      endTones();
      pauseMs += pause;
    } else if (!isSeparator(character)) {
      throw new InvalidTonesError(
        `nothing to dial at position ${index}: expected a key (0-9 * # A-D !) or a pause (, w W)`,
        index,
      );
    }
  }
  endTones();
  endPause();
  return steps;
}
