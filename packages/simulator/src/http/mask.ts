const TONE_NAME = /tone[0-9]|star|pound|flash/gi;
const KEYS_ONLY = /^[0-9a-d*#!]+$/i;

/**
 * A text that came from outside, fit to be echoed in an error message or a log: names of tones, and texts that are
 * nothing but keys, become `[tone]`.
 */
export function maskTones(text: string): string {
  return KEYS_ONLY.test(text) ? "[tone]" : text.replace(TONE_NAME, "[tone]");
}

/** A path, fit to be logged and kept. */
export function maskPath(path: string): string {
  return path.split("/").map(maskSegment).join("/");
}

/** Encoded or not, keys are keys. */
function maskSegment(segment: string): string {
  try {
    return KEYS_ONLY.test(decodeURIComponent(segment)) ? "[tone]" : maskTones(segment);
  } catch {
    return maskTones(segment);
  }
}
