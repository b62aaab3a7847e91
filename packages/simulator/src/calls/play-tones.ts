import type { Tone } from "@graph-dtmf/models";
import { TONE_DURATION_MS } from "@graph-dtmf/models/internal";
import type { ScaledClock } from "../schema/scaled-clock.ts";

/** Options of `playTones`. */
interface PlayTonesOptions {
  tones: readonly Tone[];
  delayBetweenTonesMs: number;
  /** Called at the end of each tone. */
  onTone(tone: Tone): void;
  /** Called after the last tone. */
  onFinished(): void;
}

/** Plays tones in real durations. Returns a function that stops them. */
export function playTones(
  clock: ScaledClock,
  { tones, delayBetweenTonesMs, onTone, onFinished }: PlayTonesOptions,
): () => void {
  const startMs = clock.now();
  // Computed from the start, so that late timers do not add up.
  const endOf = (count: number): number =>
    startMs + clock.scale(count * TONE_DURATION_MS + Math.max(0, count - 1) * delayBetweenTonesMs);
  let played = 0;
  let isStopped = false;
  let stopTimer = (): void => {};
  const advance = (): void => {
    // `onTone` may end the call: then no tone follows.
    while (!isStopped && played < tones.length && endOf(played + 1) <= clock.now()) onTone(tones[played++] as Tone);
    if (isStopped) return;
    if (played === tones.length) onFinished();
    else wait();
  };
  const wait = (): void => {
    stopTimer = clock.schedule(endOf(Math.min(played + 1, tones.length)), advance);
  };
  wait();
  return () => {
    isStopped = true;
    stopTimer();
  };
}
