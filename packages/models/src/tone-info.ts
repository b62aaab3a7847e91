import { isRecord, memberOf, toInteger } from "./reading.ts";
import { TONES, type Tone } from "./tone.ts";

/**
 * A tone with its place in a sequence: what a `call` carries when somebody pressed a key, and the type that the
 * documentation of sendDtmfTones names for its `tones` (the wire takes the bare {@link Tone} strings).
 *
 * @see Graph v1.0, resource type `toneInfo`
 */
export interface ToneInfo {
  /** Order of the tone: an Int64, counted from 1 in what the service sends. */
  sequenceId: number;
  tone: Tone;
}

/**
 * Reads a `toneInfo` as it came over the wire: the tone in any letter case, the sequence as a number or a numeric
 * string. `undefined` if there is none, or if a tone or a safe integer is missing.
 */
export function parseToneInfo(value: unknown): ToneInfo | undefined {
  if (!isRecord(value)) return undefined;
  const sequenceId = toInteger(value.sequenceId);
  const tone = memberOf(TONES, value.tone);
  return sequenceId === undefined || tone === undefined ? undefined : { sequenceId, tone };
}
