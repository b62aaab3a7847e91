import { InvalidTonesError } from "./errors.ts";
import { typeName } from "./json-value.ts";

/**
 * Every tone that Graph can send in a call, in the order of its schema.
 *
 * @see Graph v1.0 schema, enum `tone`. No documentation says what `flash` and `a` to `d` do in a Teams call.
 */
export const TONES = [
  "tone0",
  "tone1",
  "tone2",
  "tone3",
  "tone4",
  "tone5",
  "tone6",
  "tone7",
  "tone8",
  "tone9",
  "star",
  "pound",
  "a",
  "b",
  "c",
  "d",
  "flash",
] as const;
// Keys are found by their index in this list: sorting it in place would press other keys.
Object.freeze(TONES);

/** One tone, in Graph's spelling. */
export type Tone = (typeof TONES)[number];

/** The keys of the tones, at the same index as in {@link TONES}. */
const KEYS = "0123456789*#ABCD!";
/** Characters between keys that make a number readable. */
const SEPARATORS = " -().";

const tones: ReadonlySet<unknown> = new Set(TONES);

/** Whether `value` is one of {@link TONES}, in exactly that spelling. */
export function isTone(value: unknown): value is Tone {
  return tones.has(value);
}

/** The tone of one key, in either case. `undefined` for anything else. */
export function toneOfKey(key: string): Tone | undefined {
  return key.length === 1 ? TONES[KEYS.indexOf(key.toUpperCase())] : undefined;
}

/** Whether a character only makes keys readable and stands for no tone. */
export function isSeparator(character: string): boolean {
  return character.length === 1 && SEPARATORS.includes(character);
}

/**
 * Parses keys as people write them: `0`–`9`, `*`, `#`, `A`–`D` in either case, and `!` for flash.
 *
 * Space, `-`, `(`, `)` and `.` are skipped. Pauses are no keys: use {@link parseDialString}.
 *
 * @throws {@link InvalidTonesError} with the position of the first invalid character, never the character.
 *
 * @example
 * parseTones("12#"); // ["tone1", "tone2", "pound"]
 */
export function parseTones(keys: string): Tone[] {
  if (typeof keys !== "string") throw new InvalidTonesError(`keys must be a string, got ${typeName(keys)}`);
  const parsed: Tone[] = [];
  for (let index = 0; index < keys.length; index++) {
    const character = keys.charAt(index);
    const tone = toneOfKey(character);
    if (tone) parsed.push(tone);
    else if (!isSeparator(character)) {
      throw new InvalidTonesError(`no key at position ${index}: expected 0-9 * # A-D or ! (flash)`, index);
    }
  }
  return parsed;
}

/** The key of a tone: the inverse of {@link toneOfKey}. */
export function keyOfTone(tone: Tone): string {
  return KEYS.charAt(TONES.indexOf(tone));
}

/**
 * Returns the given list after checking that every element is a tone.
 *
 * @throws {@link InvalidTonesError} with the position of the first invalid element.
 */
export function checkTones(list: unknown): readonly Tone[] {
  if (!Array.isArray(list)) throw new InvalidTonesError(`tones must be a list, got ${typeName(list)}`);
  const index = list.findIndex((tone) => !isTone(tone));
  if (index >= 0) {
    throw new InvalidTonesError(`no tone at position ${index}: expected one of ${TONES.join(", ")}`, index);
  }
  return list;
}
