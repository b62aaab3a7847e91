import type { CommsOperation, OperationKind } from "./operation.ts";
import type { OperationOutcome } from "./outcome.ts";

/** An operation that is about to be requested. */
export interface ExpectedOperation {
  callId: string;
  /** Default: a random GUID. */
  clientContext?: string;
  /** How long the operation takes if it succeeds, in milliseconds. Its deadline is based on this. */
  expectedMs?: number;
  /** The tenant of the call, for bots with several tenants. */
  tenantId?: string;
  /** The kind of the request, for operations that Graph sends without a type. Default `sendDtmfTonesOperation`. */
  kind?: OperationKind;
}

/**
 * The interface through which a client gets the outcomes of its operations. `@graph-dtmf/client` calls it; the
 * operation tracker of `@graph-dtmf/notifications` implements it. The two packages do not depend on each other.
 */
export interface OperationWatcher {
  /**
   * Registers an operation **before** its request is sent: a notification may arrive before the response, and also
   * if the response is lost.
   *
   * It starts a new wait for its clientContext: earlier notifications and outcomes under it are ignored.
   *
   * @throws DtmfError `invalid_request` if an operation of that call and clientContext is still pending;
   * `too_many_pending` at the limit; `closed` after the watcher was closed.
   */
  expect(wait: ExpectedOperation): PendingOperation;
}

/**
 * A pending operation. After `expect`, call exactly one of `accepted`, `deliveryUnknown` and `abandon` with what
 * happened to the request. The wait ends by itself, awaited or not: 30 s after the expected end of the operation and
 * of those before it in the call, or 10 minutes after `expect` if none of the three was called.
 */
export interface PendingOperation {
  readonly clientContext: string;
  /** The operation by the latest response or notification. If present, Graph has accepted the request. */
  readonly operation?: CommsOperation | undefined;
  /** Present once the operation has ended. */
  readonly outcome?: OperationOutcome | undefined;
  /**
   * Graph has responded with the operation. From now on its id matches notifications too. One that has already ended
   * settles at once.
   */
  accepted(operation: CommsOperation): void;
  /** The request may have been executed: the wait continues, and its time starts now. */
  deliveryUnknown(): void;
  /** The request was certainly not executed: the wait ends. Promises of `completion` reject with code `abandoned`. */
  abandon(): void;
  /**
   * Resolves with the outcome, for every call. A pending promise keeps the process alive; the pending operation
   * alone does not.
   *
   * @param options `timeoutMs` ends only this promise, with `timedOut`; the operation stays pending. `signal`
   * rejects it with the signal's reason. Neither stops the tones.
   */
  completion(options?: CompletionOptions): Promise<OperationOutcome>;
}

/** Limits of one promise of `completion`. */
export interface CompletionOptions {
  /** Milliseconds after which this promise resolves with `timedOut`. */
  timeoutMs?: number;
  signal?: AbortSignal;
}
