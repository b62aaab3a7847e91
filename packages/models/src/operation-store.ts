import type { OperationOutcome } from "./outcome.ts";
import type { ResultInfo } from "./result-info.ts";
import type { ToneInfo } from "./tone-info.ts";

/** What identifies an operation across instances. */
export interface OperationKey {
  callId: string;
  clientContext: string;
}

/** The end of an operation. It has `clientContext`, `operationId` or both. */
export interface StoredCompletion {
  type: "completion";
  callId: string;
  clientContext?: string;
  operationId?: string;
  outcome: OperationOutcome;
}

/** The end of a call: Graph reports no more operations of it. */
export interface StoredCallEnd {
  type: "callEnd";
  callId: string;
  resultInfo?: ResultInfo;
}

/** What instances share. */
export type StoredEvent = StoredCompletion | StoredCallEnd;

/** Options of `open`. */
export interface OpenOptions {
  /** Continues an existing wait instead of starting a new one. */
  resume?: boolean;
  /** Graph's id of the operation, once available: its end may have only this id. */
  operationId?: string;
}

/** Called with each pressed key. `isPast` is true for keys that were put before the listener was added. */
export type ToneListener = (tone: ToneInfo, isPast: boolean) => void;

/** How instances share the keys that people press. */
export interface ToneSharing {
  /**
   * Shares a key with all other instances that listen to the call. Resolves when the key is stored outside of this
   * instance.
   */
  put(callId: string, tone: ToneInfo): Promise<void>;
  /**
   * Calls the listener with keys that other instances put: in order, each once, including those put while the
   * connection was lost. Recent earlier keys come first, so that no gap is assumed. The end of the call is reported
   * too, as for an open operation. Returns a function that removes the listener.
   */
  listen(callId: string, listener: ToneListener): () => void;
}

/** A call that an instance keeps alive. */
export interface LeasedCall {
  callId: string;
  /** The tenant of the call, if available. */
  tenantId?: string;
}

/**
 * How instances agree which of them keeps a call alive. One instance at a time holds the lease of a call. The lease
 * expires by the clock of the store; then any instance can take it, even without any state of the call. All
 * durations are in milliseconds.
 */
export interface CallLeases {
  /** Starts a lease, or takes it from its current holder. */
  take(call: LeasedCall, forMs: number): Promise<void>;
  /**
   * Renews a lease that this instance holds, that has expired, or that the store has lost.
   *
   * @returns false if another instance holds it, or if it was ended. This instance then stops keepAlive.
   */
  renew(call: LeasedCall, forMs: number): Promise<boolean>;
  /** Ends the lease of a call, regardless of the holder: no instance takes it over. Does nothing if there is none. */
  end(callId: string): Promise<void>;
  /** Takes over expired leases, oldest first, in limited number. */
  takeOver(forMs: number): Promise<readonly LeasedCall[]>;
}

/**
 * The interface through which instances of a bot share outcomes, so that a notification may reach any of them.
 *
 * `storeContract` of `@graph-dtmf/notifications/testing` tests this contract.
 */
export interface OperationStore {
  /**
   * Registers a wait of this instance for an operation, until `deadlineAt` (milliseconds since 1970). It starts a
   * new wait: outcomes that were stored under this key before, by the clock of the store, are ignored but not
   * deleted. With `resume` it continues an existing wait of any instance: its outcome counts, and if another
   * instance opened it, its deadline stays unchanged.
   *
   * @returns the deadline that applies.
   */
  open(key: OperationKey, deadlineAt: number, options?: OpenOptions): Promise<number>;
  /**
   * Stores an event and announces it to all instances that wait for it.
   *
   * @returns `seen` if the same event was stored before; then it is not announced again.
   * @throws if the event could not be stored. It then does not count as seen.
   */
  put(event: StoredEvent): Promise<"new" | "seen">;
  /** The outcome that was stored for this key since it was last opened. */
  read(key: OperationKey): Promise<OperationOutcome | undefined>;
  /**
   * Calls the listener with events, put by any instance, for keys that were opened here. It may get the same event
   * more than once. Returns a function that removes the listener.
   */
  listen(listener: (event: StoredEvent) => void): () => void;
  /** Shared keys. Absent if the store cannot keep them secret: keys then stay on the instance that received them. */
  readonly tones?: ToneSharing;
  /** Leases of calls. Absent if the store serves a single instance. */
  readonly leases?: CallLeases;
  /** Closes connections and timers. Stored data stays available to other instances. */
  close(): Promise<void>;
}
