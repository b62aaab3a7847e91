import { isSecretTones, type SecretTones } from "./secret-tones.ts";
import { checkTones, keyOfTone, type Tone } from "./tone.ts";

/**
 * Formats tones as keys: the inverse of `parseTones`.
 *
 * For secret tones the result has the digits in clear: do not log it.
 *
 * @throws InvalidTonesError with the position of the first element that is no tone.
 */
export function formatTones(tones: readonly Tone[] | SecretTones): string {
  return checkTones(isSecretTones(tones) ? tones.reveal() : tones)
    .map(keyOfTone)
    .join("");
}
