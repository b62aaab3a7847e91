import { TONES } from "@graph-dtmf/models";

const WORDS = TONES.filter((tone) => /^[a-z]{2,}$/.test(tone)).join("|");
const LETTERS = TONES.filter((tone) => tone.length === 1).join("|");
// Numbered tones are masked everywhere. A single letter is masked only without a word beside it, as in a list or between
// quotes, because "a" is also a word.
const TONE_NAMES = new RegExp(
  `tone\\d|\\b(?:${WORDS})\\b|(?<=(?:^|[^\\w\\s])\\s*)(?:${LETTERS})(?=\\s*(?:[^\\w\\s]|$))`,
  "gi",
);

/** Cuts a text of Graph to a maximum length and replaces the names of tones, because Graph may repeat its input. */
export function maskTones(text: string, maxLength: number): string {
  const masked = text.slice(0, maxLength).replace(TONE_NAMES, "[tone]");
  return text.length > maxLength ? `${masked}…` : masked;
}
