import type { OperationKey, OperationWatcher, PendingOperation, ResultInfo, ToneSharing } from "@graph-dtmf/models";
import type { Notification } from "../parsing/notification.ts";

/** Graph took a request to tell which keys people press in a call. */
export interface ToneSubscription {
  callId: string;
  /** When the request was about to leave: tones may have come before its answer. Milliseconds since 1970. */
  sinceMs: number;
}

/** What a tracker answers that knows at once; others may answer with a promise of their own. */
export const NEW: Promise<"new"> = Promise.resolve("new");

/** Knows who waits for which operation, and settles each wait when its end is heard. */
export interface OperationTracker extends OperationWatcher {
  /**
   * Takes a notification that was verified, and settles what it ends. The receiver calls it before its handlers run.
   *
   * The local wait is settled at once, whatever the store does.
   *
   * @returns `seen` if the same end was heard before, here or by another instance: handlers need not run again. Other
   * notifications than the end of an operation or a call are always `new`.
   * @throws DtmfError `store_unavailable` if the store did not keep it within 2 s. It is kept once the store is back,
   * and counts as seen from then on.
   */
  apply(notification: Notification): Promise<"new" | "seen">;
  /** Takes up a wait that another instance, or an earlier life of this one, began. */
  resume(key: OperationKey): PendingOperation;
  /** Resolves when the call has ended, at once if it is known to have; rejects with the signal's reason. */
  ended(callId: string, options?: { signal?: AbortSignal }): Promise<{ resultInfo?: ResultInfo }>;
  /** Calls back when Graph has taken a subscribeToTone that is waited for here; returns what stops that. */
  subscribed(heard: (subscription: ToneSubscription) => void): () => void;
  /** Pressed keys, shared with other instances; absent where the store shares none. */
  readonly tones?: ToneSharing | undefined;
  /** How many operations are expected at this moment. */
  readonly pending: number;
  /** How many ends wait for the store's return to be kept: 10,000 at most. */
  readonly pendingWrites: number;
  /** How many ends the store never came to know of, because more waited for its return than may. */
  readonly droppedWrites: number;
  /**
   * Ends every wait with `timedOut`, tries once more to have kept what waits for the store, and lets go of every timer.
   * The store that the caller brought stays open.
   */
  close(): Promise<void>;
}
