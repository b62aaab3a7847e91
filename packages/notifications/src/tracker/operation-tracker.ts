import {
  type Clock,
  type Logger,
  type OperationKey,
  type OperationStore,
  type OperationWatcher,
  type PendingOperation,
  type ResultInfo,
  systemClock,
  type ToneSharing,
} from "@graph-dtmf/models";
import type { Notification } from "../parsing/notification.ts";

/** A subscribeToTone request that Graph has accepted. */
export interface ToneSubscription {
  callId: string;
  /** When the request was about to be sent: tones may come before its response. Milliseconds since 1970. */
  sinceMs: number;
}

/** The answer of a tracker that needs no store. Other implementations may return promises of their own. */
export const NEW: Promise<"new"> = Promise.resolve("new");

/** Matches notifications with pending operations, and settles each operation at its end. */
export interface OperationTracker extends OperationWatcher {
  /**
   * Applies a verified notification: settles the operations that it ends. The receiver calls it before handlers run.
   *
   * Waits of this process settle at once, whatever the store does.
   *
   * @returns `seen` if the same end was received before, here or by another instance: handlers need not run again. Other
   * notifications than the end of an operation or a call are always `new`.
   * @throws DtmfError `store_unavailable` if the store did not store it within 2 s. It is stored when the store is
   * available again, and counts as seen from then on.
   */
  apply(notification: Notification): Promise<"new" | "seen">;
  /** Resumes a wait that another instance, or this one before a restart, began. */
  resume(key: OperationKey): PendingOperation;
  /** Resolves when the call has ended, at once if it already has. Rejects with the signal's reason. */
  ended(callId: string, options?: { signal?: AbortSignal }): Promise<{ resultInfo?: ResultInfo }>;
  /** Calls the listener when Graph accepts a subscribeToTone request. Returns a function that removes the listener. */
  subscribed(listener: (subscription: ToneSubscription) => void): () => void;
  /** Keys that instances share. Absent if the store shares none. */
  readonly tones?: ToneSharing | undefined;
  /** The number of pending operations. */
  readonly pending: number;
  /** The number of outcomes that wait until the store is available: 10,000 at most. */
  readonly pendingWrites: number;
  /** The number of outcomes that were never stored, because too many were waiting. */
  readonly droppedWrites: number;
  /**
   * Ends every wait with `timedOut`, tries once more to store outcomes, and cancels all timers. Does not close a store that
   * the caller passed.
   */
  close(): Promise<void>;
}

/** Options of a tracker. */
export interface OperationTrackerOptions {
  /** The store that instances share. The caller closes it. Default: the memory of this process. */
  store?: OperationStore;
  /**
   * How long outcomes may still arrive after the end of their call, in milliseconds. Default 2,000. Graph itself sends
   * none for pending operations.
   */
  callEndGraceMs?: number;
  /** The maximum number of pending operations. Default 250,000. */
  maxPending?: number;
  /** Gets a line when the store becomes unavailable or available, and when outcomes are lost. */
  logger?: Logger;
  /** The clock, for tests. */
  clock?: Clock;
}

/** The options, checked and with defaults. */
export interface TrackerSettings {
  store: OperationStore | undefined;
  callEndGraceMs: number;
  maxPending: number;
  logger: Logger | undefined;
  clock: Clock;
}

/** @throws TypeError for a limit that is not a number of 0 or more. */
export function parseTrackerOptions({
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
