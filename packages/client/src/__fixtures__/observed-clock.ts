import { createManualClock, type ManualClock } from "@graph-dtmf/models/testing";

/** A manual clock whose timers can be awaited. */
export interface ObservedClock extends ManualClock {
  /** Resolves once a timer with that delay is, or was, started. */
  started(delayMs: number): Promise<void>;
}

export function createObservedClock(): ObservedClock {
  const clock = createManualClock();
  const delays = new Set<number>();
  const waiting = new Map<number, () => void>();
  return {
    now: clock.now,
    advance: clock.advance,
    get pending() {
      return clock.pending;
    },
    after(delayMs, callback) {
      const timer = clock.after(delayMs, callback);
      delays.add(delayMs);
      waiting.get(delayMs)?.();
      return timer;
    },
    async started(delayMs) {
      if (!delays.has(delayMs)) await new Promise<void>((resolve) => waiting.set(delayMs, resolve));
    },
  };
}
