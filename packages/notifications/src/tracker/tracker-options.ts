import { type Clock, type Logger, type OperationStore, systemClock } from "@graph-dtmf/models";

/** How a tracker waits. */
export interface OperationTrackerOptions {
  /** What instances share. Default: the memory of this process. Yours to close. */
  store?: OperationStore;
  /**
   * How long a real end may still come after the call has ended, in milliseconds. Default 2,000. Graph itself sends
   * none for what was pending.
   */
  callEndGraceMs?: number;
  /** How many operations may be waited for at once. Default 250,000. */
  maxPending?: number;
  /** Is told when the store is away, when it is back, and what was lost. */
  logger?: Logger;
  /** Time, for tests. */
  clock?: Clock;
}

/** The same, checked and complete. */
export interface TrackerSettings {
  store: OperationStore | undefined;
  callEndGraceMs: number;
  maxPending: number;
  logger: Logger | undefined;
  clock: Clock;
}

/** @throws TypeError for a limit that is no number of 0 or more. */
export function readTrackerOptions({
  store,
  callEndGraceMs = 2_000,
  maxPending = 250_000,
  logger,
  clock = systemClock,
}: OperationTrackerOptions): TrackerSettings {
  for (const [name, limit] of Object.entries({ callEndGraceMs, maxPending })) {
    if (!(limit >= 0)) throw new TypeError(`expected ${name} to be a number of 0 or more, got ${limit}`);
  }
  return { store, callEndGraceMs, maxPending, logger, clock };
}
