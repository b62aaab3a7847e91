import { isRecord, memberOf, toInt64 } from "./json-value.ts";
import { TONES, type Tone } from "./tone.ts";

/**
 * A tone with its place in a sequence: what a `call` notification has when a key was pressed, and the type that the
 * documentation of sendDtmfTones gives for `tones` (real requests have plain {@link Tone} strings).
 *
 * @see Graph v1.0, resource type `toneInfo`
 */
export interface ToneInfo {
  /**
   * The place of the tone: an Int64, counted from 1 by the service. Beyond 2^53 it is rounded, so neighbours may be
   * equal.
   */
  sequenceId: number;
  tone: Tone;
}

/**
 * Parses a `toneInfo`: the tone in any letter case, the sequence as a number or a numeric string. Returns
 * `undefined` if the tone or the number is missing or invalid.
 */
export function parseToneInfo(value: unknown): ToneInfo | undefined {
  if (!isRecord(value)) return undefined;
  const sequenceId = toInt64(value.sequenceId);
  const tone = memberOf(TONES, value.tone);
  return sequenceId === undefined || tone === undefined ? undefined : { sequenceId, tone };
}
