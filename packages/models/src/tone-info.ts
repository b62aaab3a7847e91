import { isRecord, memberOf, toInt64 } from "./reading.ts";
import { TONES, type Tone } from "./tone.ts";

/**
 * A tone with its place in a sequence: what a `call` carries when somebody pressed a key, and the type that the
 * documentation of sendDtmfTones names for its `tones` (the wire takes the bare {@link Tone} strings).
 *
 * @see Graph v1.0, resource type `toneInfo`
 */
export interface ToneInfo {
  /**
   * Order of the tone: an Int64, counted from 1 in what the service sends. Beyond 2^53 it is rounded, so that
   * neighbours may be equal there.
   */
  sequenceId: number;
  tone: Tone;
}

/**
 * Reads a `toneInfo` as it came over the wire: the tone in any letter case, the sequence as a number or a numeric
 * string. `undefined` if there is none, or if it lacks a tone that we know or an integer.
 */
export function parseToneInfo(value: unknown): ToneInfo | undefined {
  if (!isRecord(value)) return undefined;
  const sequenceId = toInt64(value.sequenceId);
  const tone = memberOf(TONES, value.tone);
  return sequenceId === undefined || tone === undefined ? undefined : { sequenceId, tone };
}
