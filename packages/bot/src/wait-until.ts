import type { Clock } from "@graph-dtmf/models";
import { onAbort } from "@graph-dtmf/models/internal";
import { AutoResetEvent } from "./auto-reset-event.ts";

/** Adds a listener for changes, and returns a function that removes it. */
type Subscribe = (changed: () => void) => () => void;

/** What `waitUntil` needs. */
interface WaitOptions {
  clock: Clock;
  sources: readonly Subscribe[];
  /** When to stop waiting, in milliseconds since 1970. */
  untilMs?: number | undefined;
}

/** Calls `read` after every change. Resolves with its first value, or with `undefined` at the given time. */
export async function waitUntil<T>(read: () => T | undefined, options: WaitOptions): Promise<T | undefined> {
  const { clock, sources, untilMs = Number.POSITIVE_INFINITY } = options;
  const changed = new AutoResetEvent(clock);
  const unsubscribes = sources.map((subscribe) => subscribe(changed.set));
  try {
    for (;;) {
      const value = read();
      if (value !== undefined || clock.now() >= untilMs) return value;
      await changed.wait(untilMs);
    }
  } finally {
    for (const unsubscribe of unsubscribes) unsubscribe();
  }
}

/** Turns a signal into a source of changes: one change when it aborts. */
export function onAborted(signal: AbortSignal | undefined): Subscribe {
  return (changed) => (signal ? onAbort(signal, changed) : () => {});
}
