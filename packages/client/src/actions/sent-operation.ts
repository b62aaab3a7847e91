import type { CommsOperation, CompletionOptions, OperationOutcome } from "@graph-dtmf/models";

/** An operation that Graph has accepted. It may still be running. */
export interface SentOperation<T extends CommsOperation = CommsOperation> {
  callId: string;
  /** Graph's id of the operation. */
  id: string;
  /** Identifies the operation in its notification and on other instances. */
  clientContext: string;
  /** Graph's Location header. The example in the documentation contains the id of another call: do not parse it. */
  location?: string;
  /** The operation in Graph's response. */
  operation: T;
  /**
   * Resolves with the outcome of the operation, see {@link OperationOutcome}. No event in the call makes it reject.
   *
   * @param options `timeoutMs` and `signal` end only this wait. They do not stop the tones.
   * @throws DtmfError `no_watcher` if the client was created without `operations`.
   */
  completion(options?: CompletionOptions): Promise<OperationOutcome<T>>;
}
