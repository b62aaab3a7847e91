import type { CommsOperation, OperationKind } from "./operation.ts";
import type { OperationOutcome } from "./outcome.ts";

/** What is about to be asked of Graph, and will be waited for. */
export interface ExpectedOperation {
  callId: string;
  /** Made up if absent: a random GUID. */
  clientContext?: string;
  /** How long the operation takes if all goes well, in milliseconds: its deadline is counted from there. */
  expectedMs?: number;
  /** The tenant of the call, where the bot serves several. */
  tenantId?: string;
  /** What is asked for: judges operations that come without a type. Default `sendDtmfTonesOperation`. */
  kind?: OperationKind;
}

/**
 * Port through which a client learns how its operations end. `@graph-dtmf/client` calls it; the operation tracker of
 * `@graph-dtmf/notifications` implements it. Neither knows the other.
 */
export interface OperationWatcher {
  /**
   * Stands ready for an operation, **before** its request leaves: a notification may overtake the answer, and arrives
   * even if the answer is lost.
   *
   * It starts a new life of its clientContext: whatever was heard or stored under it before is forgotten.
   *
   * @throws DtmfError `invalid_request` if an operation of that call and clientContext is still pending;
   * `too_many_pending` if no more can be held; `closed` after the watcher was closed.
   */
  expect(wait: ExpectedOperation): PendingOperation;
}

/**
 * An operation that is waited for. After `expect`, exactly one of `accepted`, `unknown` and `abandon` says what became
 * of its request; the wait ends by itself, listened to or not, 30 s after the operation should have ended (those before
 * it in the call included), and 10 minutes after `expect` if none was called.
 */
export interface PendingOperation {
  readonly clientContext: string;
  /** The operation as last heard of, in the answer or a notification: whoever has one knows that Graph took the request. */
  readonly operation?: CommsOperation | undefined;
  /** Set as soon as it is known. */
  readonly outcome?: OperationOutcome | undefined;
  /** Graph answered with the operation. It is matched by its id too from now on; one that has ended settles at once. */
  accepted(operation: CommsOperation): void;
  /** The request may have been executed: goes on listening, and the clock starts now. */
  deliveryUnknown(): void;
  /** The request was certainly not executed: stops listening. Waits that were begun reject with code `abandoned`. */
  abandon(): void;
  /**
   * Resolves with the outcome, as often as it is asked for. It keeps the process alive; the entry alone does not.
   *
   * @param options `timeoutMs` ends this wait alone with `timedOut`, the operation stays expected; `signal` ends it by
   * rejecting with the signal's reason. Neither stops the tones.
   */
  completion(options?: CompletionOptions): Promise<OperationOutcome>;
}

/** How long one wait for a completion lasts. */
export interface CompletionOptions {
  /** Milliseconds after which this wait alone ends with `timedOut`. */
  timeoutMs?: number;
  signal?: AbortSignal;
}
