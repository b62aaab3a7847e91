import { isSecretTones, type SecretTones } from "./secret-tones.ts";
import { checkTones, keyOfTone, type Tone } from "./tone.ts";

/**
 * The keys of the tones: the inverse of `parseTones`.
 *
 * Given secret tones it returns their digits in clear, so hand the result to nothing that logs.
 *
 * @throws InvalidTonesError naming the position of the first element that is no tone.
 */
export function formatTones(tones: readonly Tone[] | SecretTones): string {
  return checkTones(isSecretTones(tones) ? tones.reveal() : tones)
    .map(keyOfTone)
    .join("");
}
