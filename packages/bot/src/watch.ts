import type { Clock } from "@graph-dtmf/models";
import { onAbort } from "@graph-dtmf/models/internal";
import { Alarm } from "./alarm.ts";

/** Something that changes, and says so; returns what stops that. */
export type Watched = (changed: () => void) => () => void;

/** What may change while somebody waits. */
export interface WaitOptions {
  clock: Clock;
  watch: readonly Watched[];
  /** When to give up, in milliseconds since 1970. */
  untilMs?: number | undefined;
}

/** Looks whenever something changes. Resolves with what was seen, or with `undefined` once the time has come. */
export async function waitUntil<T>(look: () => T | undefined, options: WaitOptions): Promise<T | undefined> {
  const { clock, watch, untilMs = Number.POSITIVE_INFINITY } = options;
  const alarm = new Alarm(clock);
  const stops = watch.map((watched) => watched(alarm.ring));
  try {
    for (;;) {
      const seen = look();
      if (seen !== undefined || clock.now() >= untilMs) return seen;
      await alarm.wait(untilMs);
    }
  } finally {
    for (const stop of stops) stop();
  }
}

/** A signal, if there is one, as something to watch. */
export function aborts(signal: AbortSignal | undefined): Watched {
  return (changed) => (signal ? onAbort(signal, changed) : () => {});
}
