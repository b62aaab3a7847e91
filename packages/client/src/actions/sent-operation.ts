import type { CommsOperation, CompletionOptions, OperationOutcome } from "@graph-dtmf/models";

/** An operation that Graph has accepted: it may still be running. */
export interface SentOperation<T extends CommsOperation = CommsOperation> {
  callId: string;
  /** Graph's id of the operation. */
  id: string;
  /** What finds the operation again: in its notification, and on another instance. */
  clientContext: string;
  /** Where Graph says that the operation is. The documentation's own example names another call there: derive nothing from it. */
  location?: string;
  /** The operation as Graph answered it. */
  operation: T;
  /**
   * How the operation ended; see {@link OperationOutcome}. It never rejects because of what happened in the call.
   *
   * @param options `timeoutMs` and `signal` end this wait alone; neither stops the tones.
   * @throws DtmfError `no_watcher` if the client was made without `operations`: nobody hears the notifications.
   */
  completion(options?: CompletionOptions): Promise<OperationOutcome<T>>;
}

/** How one request is made. */
export interface RequestOptions {
  /** Gives up, as long as nothing can have been executed; after that the delivery is unknown. */
  signal?: AbortSignal;
  /**
   * How long to go on trying, in milliseconds, while nothing was executed: no connection, 429, 503 with Retry-After,
   * other actions of the same call before it. Default 30,000.
   */
  timeoutMs?: number;
  /** The tenant of the call, where the bot serves several: the credential is asked for its token. */
  tenantId?: string;
}
