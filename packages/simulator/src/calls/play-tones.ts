import type { Tone } from "@graph-dtmf/models";
import { TONE_DURATION_MS } from "@graph-dtmf/models/internal";
import type { ScaledClock } from "../schema/scaled-clock.ts";

/** Tones to sound one after the other. */
export interface TonesToPlay {
  tones: readonly Tone[];
  delayBetweenTonesMs: number;
  /** A tone has sounded. */
  heard(tone: Tone): void;
  /** The last one has. */
  finished(): void;
}

/** Sounds tones in the time that they take; returns what silences them. */
export function playTones(
  clock: ScaledClock,
  { tones, delayBetweenTonesMs, heard, finished }: TonesToPlay,
): () => void {
  const startMs = clock.now();
  // Counted from the start, so that timers that fire late do not add up.
  const endOf = (count: number): number =>
    startMs + clock.scale(count * TONE_DURATION_MS + Math.max(0, count - 1) * delayBetweenTonesMs);
  let played = 0;
  let isSilenced = false;
  let stopWaiting = (): void => {};
  const proceed = (): void => {
    // Whoever hears a tone may hang up: nothing follows it then.
    while (!isSilenced && played < tones.length && endOf(played + 1) <= clock.now()) heard(tones[played++] as Tone);
    if (isSilenced) return;
    if (played === tones.length) finished();
    else wait();
  };
  const wait = (): void => {
    stopWaiting = clock.schedule(endOf(Math.min(played + 1, tones.length)), proceed);
  };
  wait();
  return () => {
    isSilenced = true;
    stopWaiting();
  };
}
