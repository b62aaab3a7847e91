const TONE_NAME = /tone[0-9]|star|pound|flash/gi;
const KEYS_ONLY = /^[0-9a-d*#!]+$/i;

/**
 * Makes foreign text safe for an error message or a log: names of tones, and texts that consist of keys, become
 * `[tone]`.
 */
export function maskTones(text: string): string {
  return KEYS_ONLY.test(text) ? "[tone]" : text.replace(TONE_NAME, "[tone]");
}

/** Makes a path safe for the log and the journal. */
export function maskPath(path: string): string {
  return path.split("/").map(maskSegment).join("/");
}

/** Also masks URL-encoded keys. */
function maskSegment(segment: string): string {
  try {
    return KEYS_ONLY.test(decodeURIComponent(segment)) ? "[tone]" : maskTones(segment);
  } catch {
    return maskTones(segment);
  }
}
