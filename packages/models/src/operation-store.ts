import type { OperationOutcome } from "./outcome.ts";
import type { ResultInfo } from "./result-info.ts";
import type { ToneInfo } from "./tone-info.ts";

/** What identifies an operation over all instances. */
export interface OperationKey {
  callId: string;
  clientContext: string;
}

/** The end of an operation. At least one of `clientContext` and `operationId` is there. */
export interface StoredCompletion {
  type: "completion";
  callId: string;
  clientContext?: string;
  operationId?: string;
  outcome: OperationOutcome;
}

/** The end of a call: no operation of it will be reported on any more. */
export interface StoredCallEnd {
  type: "callEnd";
  callId: string;
  resultInfo?: ResultInfo;
}

/** What instances tell each other. */
export type StoredEvent = StoredCompletion | StoredCallEnd;

/** What is known of a wait besides its deadline. */
export interface OpenOptions {
  /** Goes on with a life of the key, instead of beginning one. */
  resume?: boolean;
  /** Graph's id of the operation, once it is known: its end may come under this alone. */
  operationId?: string;
}

/** Hears a key that was pressed; `isPast` if it was put before the listening began. */
export type ToneListener = (tone: ToneInfo, isPast: boolean) => void;

/** How instances tell each other which keys people press. */
export interface ToneSharing {
  /** Tells every other instance that listens to the call. Resolves once it outlives this instance. */
  put(callId: string, tone: ToneInfo): Promise<void>;
  /**
   * Hears what other instances put, in that order, each once, also what they put while a connection was lost; first what
   * they put lately, so that nothing of it seems to be missing. To whoever listens the end of the call is told, as if an
   * operation were open in it. Returns a function that stops the listening.
   */
  listen(callId: string, heard: ToneListener): () => void;
}

/** A call that is kept alive. */
export interface LeasedCall {
  callId: string;
  /** The tenant that it is in, where that is known. */
  tenantId?: string;
}

/**
 * How instances agree on which of them keeps a call alive. One at a time holds the lease of a call, until it runs out by
 * the store's own time; then any other may have it, also one that has never heard of the call. All durations are in
 * milliseconds.
 */
export interface CallLeases {
  /** Begins a lease, or takes it from whoever holds it. */
  take(call: LeasedCall, forMs: number): Promise<void>;
  /**
   * Goes on with a lease that is held here, has run out, or was forgotten by the store.
   *
   * @returns false if another instance holds it, or it was ended: then the call is no concern of this one any more.
   */
  renew(call: LeasedCall, forMs: number): Promise<boolean>;
  /** Ends the lease of a call, whoever holds it: nobody takes it over. To end one that there is not is no error. */
  end(callId: string): Promise<void>;
  /** Takes over leases that have run out, the oldest first and not more at once than are soon dealt with. */
  takeOver(forMs: number): Promise<readonly LeasedCall[]>;
}

/**
 * Port through which instances of a bot share what they hear, so that a notification may reach any of them.
 *
 * `storeContract` of `@graph-dtmf/notifications/testing` is the executable form of this contract.
 */
export interface OperationStore {
  /**
   * Somebody here waits for this operation, until `deadlineAt` (milliseconds since 1970). Results that were stored
   * under this key before, by the store's own time, are ignored from now on, for a new life of it begins. It deletes
   * nothing. With `resume` a life goes on, whoever began it: its results count, and of a life that was begun elsewhere
   * the deadline stays what it was.
   *
   * @returns the deadline that holds.
   */
  open(key: OperationKey, deadlineAt: number, options?: OpenOptions): Promise<number>;
  /**
   * Keeps an event and tells every instance that waits for it.
   *
   * @returns `seen` if the same event was kept before: it is told to nobody again.
   * @throws if it could not be kept. Then it does not count as seen.
   */
  put(event: StoredEvent): Promise<"new" | "seen">;
  /** The outcome that was kept for this key since it was last opened. */
  read(key: OperationKey): Promise<OperationOutcome | undefined>;
  /**
   * Hears what was put, by whatever instance, for keys that were opened here. The same event may be heard more than
   * once. Returns a function that stops the listening.
   */
  listen(heard: (event: StoredEvent) => void): () => void;
  /** Pressed keys. Absent where a store could not keep them secret: then each stays with the instance that heard it. */
  readonly tones?: ToneSharing;
  /** Who keeps which call alive. Absent where a store is of one instance alone. */
  readonly leases?: CallLeases;
  /** Lets go of connections and timers. What was kept stays kept for other instances. */
  close(): Promise<void>;
}
